import Crypto
import Networks

/// The SHA-256 of the parameters' bytes: group by group, slot by slot, little endian, gaps skipped; 64 hexadecimal
/// digits. Two runs have the same weights, bit for bit, if and only if these agree.
public func weightsSHA256(of groups: [ParameterGroup]) -> String {
  var hash = SHA256()
  for group in groups {
    for index in group.slots.indices {
      hash.update(bufferPointer: UnsafeRawBufferPointer(group[index]))
    }
  }
  return hash.finalize().hexadecimal
}
