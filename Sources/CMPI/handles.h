// The handles of MPI, each in a struct of one member.
//
// A handle names an object inside the MPI library. It is never changed after creation and the library guards
// the object itself, so handles may pass between threads (who may call at one time is the thread level's
// business): hence Sendable.
#pragma once
#include <mpi.h>

#define CMPI_SENDABLE __attribute__((swift_attr("@Sendable")))
#define CMPI_INLINE static inline __attribute__((always_inline))

typedef struct CMPI_SENDABLE CMPIComm { MPI_Comm value; } CMPIComm;
typedef struct CMPI_SENDABLE CMPIGroup { MPI_Group value; } CMPIGroup;
typedef struct CMPI_SENDABLE CMPIDatatype { MPI_Datatype value; } CMPIDatatype;
typedef struct CMPI_SENDABLE CMPIOp { MPI_Op value; } CMPIOp;
typedef struct CMPI_SENDABLE CMPIRequest { MPI_Request value; } CMPIRequest;
typedef struct CMPI_SENDABLE CMPIMessage { MPI_Message value; } CMPIMessage;
typedef struct CMPI_SENDABLE CMPIWindow { MPI_Win value; } CMPIWindow;
typedef struct CMPI_SENDABLE CMPIStatus { MPI_Status value; } CMPIStatus;

/// A user-defined reduction in C: combines `*count` elements of `incoming` into `result`.
typedef void (*CMPIReductionFunction)(void *incoming, void *result, int *count, CMPIDatatype *datatype);
