import Testing

/// All suites of kernels stand in this one: the variant is a property of the process, so they run one after another.
@Suite(.serialized) struct KernelSuites {}
