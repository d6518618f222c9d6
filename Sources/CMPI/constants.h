// The constants of MPI that are macros in C.
#pragma once
#include "handles.h"

CMPI_INLINE CMPIDatatype cmpi_type_int8(void) { return (CMPIDatatype){MPI_INT8_T}; }
CMPI_INLINE CMPIDatatype cmpi_type_int16(void) { return (CMPIDatatype){MPI_INT16_T}; }
CMPI_INLINE CMPIDatatype cmpi_type_int32(void) { return (CMPIDatatype){MPI_INT32_T}; }
CMPI_INLINE CMPIDatatype cmpi_type_int64(void) { return (CMPIDatatype){MPI_INT64_T}; }
CMPI_INLINE CMPIDatatype cmpi_type_uint8(void) { return (CMPIDatatype){MPI_UINT8_T}; }
CMPI_INLINE CMPIDatatype cmpi_type_uint16(void) { return (CMPIDatatype){MPI_UINT16_T}; }
CMPI_INLINE CMPIDatatype cmpi_type_uint32(void) { return (CMPIDatatype){MPI_UINT32_T}; }
CMPI_INLINE CMPIDatatype cmpi_type_uint64(void) { return (CMPIDatatype){MPI_UINT64_T}; }
CMPI_INLINE CMPIDatatype cmpi_type_float(void) { return (CMPIDatatype){MPI_FLOAT}; }
CMPI_INLINE CMPIDatatype cmpi_type_double(void) { return (CMPIDatatype){MPI_DOUBLE}; }
CMPI_INLINE CMPIDatatype cmpi_type_bool(void) { return (CMPIDatatype){MPI_C_BOOL}; }
CMPI_INLINE CMPIDatatype cmpi_type_byte(void) { return (CMPIDatatype){MPI_BYTE}; }
CMPI_INLINE CMPIDatatype cmpi_type_float_int(void) { return (CMPIDatatype){MPI_FLOAT_INT}; }
CMPI_INLINE CMPIDatatype cmpi_type_double_int(void) { return (CMPIDatatype){MPI_DOUBLE_INT}; }
CMPI_INLINE CMPIDatatype cmpi_type_two_int(void) { return (CMPIDatatype){MPI_2INT}; }

CMPI_INLINE CMPIOp cmpi_op_sum(void) { return (CMPIOp){MPI_SUM}; }
CMPI_INLINE CMPIOp cmpi_op_prod(void) { return (CMPIOp){MPI_PROD}; }
CMPI_INLINE CMPIOp cmpi_op_min(void) { return (CMPIOp){MPI_MIN}; }
CMPI_INLINE CMPIOp cmpi_op_max(void) { return (CMPIOp){MPI_MAX}; }
CMPI_INLINE CMPIOp cmpi_op_land(void) { return (CMPIOp){MPI_LAND}; }
CMPI_INLINE CMPIOp cmpi_op_lor(void) { return (CMPIOp){MPI_LOR}; }
CMPI_INLINE CMPIOp cmpi_op_lxor(void) { return (CMPIOp){MPI_LXOR}; }
CMPI_INLINE CMPIOp cmpi_op_band(void) { return (CMPIOp){MPI_BAND}; }
CMPI_INLINE CMPIOp cmpi_op_bor(void) { return (CMPIOp){MPI_BOR}; }
CMPI_INLINE CMPIOp cmpi_op_bxor(void) { return (CMPIOp){MPI_BXOR}; }
CMPI_INLINE CMPIOp cmpi_op_minloc(void) { return (CMPIOp){MPI_MINLOC}; }
CMPI_INLINE CMPIOp cmpi_op_maxloc(void) { return (CMPIOp){MPI_MAXLOC}; }

CMPI_INLINE int cmpi_any_source(void) { return MPI_ANY_SOURCE; }
CMPI_INLINE int cmpi_any_tag(void) { return MPI_ANY_TAG; }
CMPI_INLINE int cmpi_proc_null(void) { return MPI_PROC_NULL; }
CMPI_INLINE int cmpi_undefined(void) { return MPI_UNDEFINED; }
CMPI_INLINE int cmpi_thread_single(void) { return MPI_THREAD_SINGLE; }
CMPI_INLINE int cmpi_thread_funneled(void) { return MPI_THREAD_FUNNELED; }
CMPI_INLINE int cmpi_thread_serialized(void) { return MPI_THREAD_SERIALIZED; }
CMPI_INLINE int cmpi_thread_multiple(void) { return MPI_THREAD_MULTIPLE; }
CMPI_INLINE int cmpi_ident(void) { return MPI_IDENT; }
CMPI_INLINE int cmpi_congruent(void) { return MPI_CONGRUENT; }
CMPI_INLINE int cmpi_similar(void) { return MPI_SIMILAR; }
CMPI_INLINE int cmpi_unequal(void) { return MPI_UNEQUAL; }
CMPI_INLINE int cmpi_tag_ub(void) { return MPI_TAG_UB; }

CMPI_INLINE int cmpi_err_buffer(void) { return MPI_ERR_BUFFER; }
CMPI_INLINE int cmpi_err_count(void) { return MPI_ERR_COUNT; }
CMPI_INLINE int cmpi_err_type(void) { return MPI_ERR_TYPE; }
CMPI_INLINE int cmpi_err_tag(void) { return MPI_ERR_TAG; }
CMPI_INLINE int cmpi_err_comm(void) { return MPI_ERR_COMM; }
CMPI_INLINE int cmpi_err_rank(void) { return MPI_ERR_RANK; }
CMPI_INLINE int cmpi_err_request(void) { return MPI_ERR_REQUEST; }
CMPI_INLINE int cmpi_err_root(void) { return MPI_ERR_ROOT; }
CMPI_INLINE int cmpi_err_group(void) { return MPI_ERR_GROUP; }
CMPI_INLINE int cmpi_err_op(void) { return MPI_ERR_OP; }
CMPI_INLINE int cmpi_err_topology(void) { return MPI_ERR_TOPOLOGY; }
CMPI_INLINE int cmpi_err_dims(void) { return MPI_ERR_DIMS; }
CMPI_INLINE int cmpi_err_arg(void) { return MPI_ERR_ARG; }
CMPI_INLINE int cmpi_err_unknown(void) { return MPI_ERR_UNKNOWN; }
CMPI_INLINE int cmpi_err_truncate(void) { return MPI_ERR_TRUNCATE; }
CMPI_INLINE int cmpi_err_other(void) { return MPI_ERR_OTHER; }
CMPI_INLINE int cmpi_err_intern(void) { return MPI_ERR_INTERN; }
CMPI_INLINE int cmpi_err_in_status(void) { return MPI_ERR_IN_STATUS; }
CMPI_INLINE int cmpi_err_pending(void) { return MPI_ERR_PENDING; }
CMPI_INLINE int cmpi_err_win(void) { return MPI_ERR_WIN; }
CMPI_INLINE int cmpi_err_base(void) { return MPI_ERR_BASE; }
CMPI_INLINE int cmpi_err_size(void) { return MPI_ERR_SIZE; }
CMPI_INLINE int cmpi_err_disp(void) { return MPI_ERR_DISP; }
CMPI_INLINE int cmpi_err_locktype(void) { return MPI_ERR_LOCKTYPE; }
CMPI_INLINE int cmpi_err_assert(void) { return MPI_ERR_ASSERT; }
CMPI_INLINE int cmpi_err_rma_conflict(void) { return MPI_ERR_RMA_CONFLICT; }
CMPI_INLINE int cmpi_err_rma_sync(void) { return MPI_ERR_RMA_SYNC; }
CMPI_INLINE int cmpi_err_rma_range(void) { return MPI_ERR_RMA_RANGE; }
CMPI_INLINE int cmpi_err_rma_attach(void) { return MPI_ERR_RMA_ATTACH; }
CMPI_INLINE int cmpi_err_rma_shared(void) { return MPI_ERR_RMA_SHARED; }
CMPI_INLINE int cmpi_err_no_mem(void) { return MPI_ERR_NO_MEM; }
CMPI_INLINE int cmpi_err_keyval(void) { return MPI_ERR_KEYVAL; }
CMPI_INLINE int cmpi_err_name(void) { return MPI_ERR_NAME; }
CMPI_INLINE int cmpi_err_port(void) { return MPI_ERR_PORT; }
CMPI_INLINE int cmpi_err_service(void) { return MPI_ERR_SERVICE; }
CMPI_INLINE int cmpi_err_spawn(void) { return MPI_ERR_SPAWN; }

CMPI_INLINE CMPIComm cmpi_comm_world(void) { return (CMPIComm){MPI_COMM_WORLD}; }
CMPI_INLINE CMPIComm cmpi_comm_self(void) { return (CMPIComm){MPI_COMM_SELF}; }
CMPI_INLINE CMPIComm cmpi_comm_null(void) { return (CMPIComm){MPI_COMM_NULL}; }
CMPI_INLINE CMPIGroup cmpi_group_null(void) { return (CMPIGroup){MPI_GROUP_NULL}; }
CMPI_INLINE CMPIGroup cmpi_group_empty(void) { return (CMPIGroup){MPI_GROUP_EMPTY}; }
CMPI_INLINE CMPIDatatype cmpi_type_null(void) { return (CMPIDatatype){MPI_DATATYPE_NULL}; }
CMPI_INLINE CMPIOp cmpi_op_null(void) { return (CMPIOp){MPI_OP_NULL}; }
CMPI_INLINE CMPIRequest cmpi_request_null(void) { return (CMPIRequest){MPI_REQUEST_NULL}; }
CMPI_INLINE CMPIMessage cmpi_message_null(void) { return (CMPIMessage){MPI_MESSAGE_NULL}; }
CMPI_INLINE CMPIWindow cmpi_win_null(void) { return (CMPIWindow){MPI_WIN_NULL}; }
CMPI_INLINE const void *cmpi_in_place(void) { return MPI_IN_PLACE; }
