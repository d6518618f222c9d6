// Communicators and groups.
#pragma once
#include "handles.h"

CMPI_INLINE int cmpi_comm_rank(CMPIComm c, int *rank) { return MPI_Comm_rank(c.value, rank); }
CMPI_INLINE int cmpi_comm_size(CMPIComm c, int *size) { return MPI_Comm_size(c.value, size); }
CMPI_INLINE int cmpi_comm_is_null(CMPIComm c) { return c.value == MPI_COMM_NULL; }
CMPI_INLINE int cmpi_comm_equal(CMPIComm a, CMPIComm b) { return a.value == b.value; }
CMPI_INLINE int cmpi_comm_return_errors(CMPIComm c) {
  return MPI_Comm_set_errhandler(c.value, MPI_ERRORS_RETURN);
}
/// Whether errors come back as codes: 1 yes, 0 no, negative if the question itself failed.
CMPI_INLINE int cmpi_comm_returns_errors(CMPIComm c) {
  MPI_Errhandler handler;
  if (MPI_Comm_get_errhandler(c.value, &handler) != MPI_SUCCESS) return -1;
  return handler == MPI_ERRORS_RETURN;
}
CMPI_INLINE int cmpi_comm_dup(CMPIComm c, CMPIComm *out) { return MPI_Comm_dup(c.value, &out->value); }
CMPI_INLINE int cmpi_comm_split(CMPIComm c, int color, int key, CMPIComm *out) {
  return MPI_Comm_split(c.value, color, key, &out->value);
}
CMPI_INLINE int cmpi_comm_split_shared(CMPIComm c, int key, CMPIComm *out) {
  return MPI_Comm_split_type(c.value, MPI_COMM_TYPE_SHARED, key, MPI_INFO_NULL, &out->value);
}
CMPI_INLINE int cmpi_comm_create(CMPIComm c, CMPIGroup g, CMPIComm *out) {
  return MPI_Comm_create(c.value, g.value, &out->value);
}
CMPI_INLINE int cmpi_comm_create_group(CMPIComm c, CMPIGroup g, int tag, CMPIComm *out) {
  return MPI_Comm_create_group(c.value, g.value, tag, &out->value);
}
CMPI_INLINE int cmpi_comm_free(CMPIComm *c) { return MPI_Comm_free(&c->value); }
CMPI_INLINE int cmpi_comm_compare(CMPIComm a, CMPIComm b, int *result) {
  return MPI_Comm_compare(a.value, b.value, result);
}
CMPI_INLINE int cmpi_comm_set_name(CMPIComm c, const char *name) { return MPI_Comm_set_name(c.value, name); }
CMPI_INLINE int cmpi_comm_get_name(CMPIComm c, char *name, int *length) {
  return MPI_Comm_get_name(c.value, name, length);
}
CMPI_INLINE int cmpi_comm_largest_tag(CMPIComm c, int *tag) {
  void *value = 0;
  int found = 0;
  int code = MPI_Comm_get_attr(c.value, MPI_TAG_UB, &value, &found);
  *tag = code == MPI_SUCCESS && found ? *(int *)value : 32767;
  return code;
}

CMPI_INLINE int cmpi_comm_group(CMPIComm c, CMPIGroup *out) { return MPI_Comm_group(c.value, &out->value); }
CMPI_INLINE int cmpi_group_rank(CMPIGroup g, int *rank) { return MPI_Group_rank(g.value, rank); }
CMPI_INLINE int cmpi_group_size(CMPIGroup g, int *size) { return MPI_Group_size(g.value, size); }
CMPI_INLINE int cmpi_group_incl(CMPIGroup g, int n, const int *ranks, CMPIGroup *out) {
  return MPI_Group_incl(g.value, n, ranks, &out->value);
}
CMPI_INLINE int cmpi_group_excl(CMPIGroup g, int n, const int *ranks, CMPIGroup *out) {
  return MPI_Group_excl(g.value, n, ranks, &out->value);
}
CMPI_INLINE int cmpi_group_union(CMPIGroup a, CMPIGroup b, CMPIGroup *out) {
  return MPI_Group_union(a.value, b.value, &out->value);
}
CMPI_INLINE int cmpi_group_intersection(CMPIGroup a, CMPIGroup b, CMPIGroup *out) {
  return MPI_Group_intersection(a.value, b.value, &out->value);
}
CMPI_INLINE int cmpi_group_difference(CMPIGroup a, CMPIGroup b, CMPIGroup *out) {
  return MPI_Group_difference(a.value, b.value, &out->value);
}
CMPI_INLINE int cmpi_group_translate(CMPIGroup a, int n, const int *ranks, CMPIGroup b, int *out) {
  return MPI_Group_translate_ranks(a.value, n, ranks, b.value, out);
}
CMPI_INLINE int cmpi_group_compare(CMPIGroup a, CMPIGroup b, int *result) {
  return MPI_Group_compare(a.value, b.value, result);
}
/// Frees a group; the empty group, which belongs to the library, is left alone.
CMPI_INLINE int cmpi_group_free(CMPIGroup *g) {
  if (g->value == MPI_GROUP_EMPTY || g->value == MPI_GROUP_NULL) return MPI_SUCCESS;
  return MPI_Group_free(&g->value);
}
