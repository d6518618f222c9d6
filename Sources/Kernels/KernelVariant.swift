import CKernels

/// The processor generation that the compiled inner loops are made for.
///
/// Every kernel exists once for each variant; the widest that the processor can run is in use from the start.
/// Within a variant a kernel's result is a fixed function of its input. Between variants the last bits may
/// differ, except for random numbers, which are the same everywhere.
public enum KernelVariant: Int32, Sendable, CaseIterable, Comparable {
  /// What the compiler assumes by default: SSE2 on x86-64, NEON on arm64.
  case baseline = 0
  /// x86-64-v3: AVX2 and fused multiply-add.
  case avx2 = 1
  /// x86-64-v4: AVX-512 F, BW, CD, DQ and VL.
  case avx512 = 2

  /// The variant that kernels run in on this thread: the best one, unless the thread has chosen another.
  public static var inUse: KernelVariant { KernelVariant(rawValue: ck_variant_in_use())! }

  /// The widest variant that this processor can run.
  public static var best: KernelVariant { KernelVariant(rawValue: ck_best_variant())! }

  /// The variants that this processor can run, from the plainest on.
  public static var available: [KernelVariant] { allCases.filter { $0 <= best } }

  /// Chooses the variant for all later kernels of this thread; other threads are not concerned.
  ///
  /// - Returns: false, and nothing changes, where the processor cannot run the variant.
  @discardableResult
  public static func use(_ variant: KernelVariant) -> Bool { ck_use_variant(variant.rawValue) }

  /// From plain to wide.
  public static func < (left: KernelVariant, right: KernelVariant) -> Bool { left.rawValue < right.rawValue }
}
