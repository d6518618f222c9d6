// MPI as Swift can see it. <mpi.h> hides its handles and constants behind macros, and Open MPI and MPICH
// disagree about what a handle is (a pointer, an int). Here every handle is a struct of one member, so that
// Swift code is the same for both, and every call is an inline function that costs nothing.
#pragma once
#include "handles.h"
#include "constants.h"
#include "environment.h"
#include "communicators.h"
#include "datatypes.h"
#include "requests.h"
#include "pointtopoint.h"
#include "collectives.h"
#include "nonblocking.h"
#include "windows.h"
#include "benchmarks.h"
