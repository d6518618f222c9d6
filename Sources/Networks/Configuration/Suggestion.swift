/// The nearest of some known words, for errors about unknown ones.
public enum Suggestion {
  /// The word of `candidates` that `word` was probably meant to be; nil where none is near.
  ///
  /// Near means: at most a third of the letters differ (Damerau's edit distance, case ignored), or one word begins with
  /// the other.
  public static func nearest(to word: String, in candidates: some Sequence<String>) -> String? {
    let lowered = word.lowercased()
    let best = candidates.map { (word: $0, distance: distance(lowered, $0.lowercased())) }
      .min { ($0.distance, $0.word) < ($1.distance, $1.word) }
    guard let best else { return nil }
    if best.distance <= max(1, max(word.count, best.word.count) / 3) { return best.word }
    guard lowered.count >= 3 else { return nil }
    return candidates.first { $0.lowercased().hasPrefix(lowered) || lowered.hasPrefix($0.lowercased()) }
  }

  /// What an error says after naming an unknown word: the allowed words, and the nearest one.
  public static func clause(for word: String, in candidates: [String]) -> String {
    let allowed = "allowed: " + candidates.joined(separator: ", ")
    guard let nearest = nearest(to: word, in: candidates) else { return allowed }
    return "did you mean «\(nearest)»? (\(allowed))"
  }

  /// The number of insertions, deletions, replacements and swaps of neighbours that turn `a` into `b`.
  package static func distance(_ a: String, _ b: String) -> Int {
    let a = Array(a)
    let b = Array(b)
    var beforeLast = [Int](repeating: 0, count: b.count + 1)
    var last = Array(0...b.count)
    for i in a.indices {
      var row = [i + 1] + [Int](repeating: 0, count: b.count)
      for j in b.indices {
        row[j + 1] = min(last[j + 1] + 1, row[j] + 1, last[j] + (a[i] == b[j] ? 0 : 1))
        if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
          row[j + 1] = min(row[j + 1], beforeLast[j - 1] + 1)
        }
      }
      (beforeLast, last) = (last, row)
    }
    return last[b.count]
  }
}
