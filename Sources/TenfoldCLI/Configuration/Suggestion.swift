/// The nearest of the words that are allowed to one that is not: `layers` for `laeyrs`.
package enum Suggestion {
  /// The candidate with the smallest edit distance to `word`; the first one of equals.
  ///
  /// Nil where none is nearer than a third of the word's length (one edit is always near enough for words of two
  /// letters and more). Case, and `-` for `_`, do not count.
  ///
  /// Cost: the product of the two lengths for each candidate; candidates of very different length are skipped.
  package static func nearest(to word: String, among candidates: some Sequence<String>) -> String? {
    let letters = normalized(word)
    guard letters.count <= 200 else { return nil }
    var best: (word: String, distance: Int)?
    for candidate in candidates {
      let other = normalized(candidate)
      let limit = letters.count < 2 ? 0 : max(1, max(letters.count, min(other.count, 200)) / 3)
      guard abs(letters.count - other.count) <= limit else { continue }
      let distance = editDistance(letters, other)
      if distance <= limit, distance < best?.distance ?? .max { best = (candidate, distance) }
    }
    return best?.word
  }

  /// `: did you mean «layers»?`, or nothing where no candidate is near.
  package static func question(for word: String, among candidates: some Sequence<String>) -> String {
    nearest(to: word, among: candidates).map { ": did you mean \($0.quoted)?" } ?? ""
  }

  /// The number of insertions, deletions, replacements and swaps of neighbours that lead from one word to the other
  /// (Damerau and Levenshtein, no part edited twice).
  package static func editDistance(_ left: [Character], _ right: [Character]) -> Int {
    var beforePrevious: [Int] = []
    var previous = Array(0...right.count)
    for (i, letter) in left.enumerated() {
      var current = [i + 1]
      current.reserveCapacity(right.count + 1)
      for (j, other) in right.enumerated() {
        var distance = min(previous[j] + (letter == other ? 0 : 1), previous[j + 1] + 1, current[j] + 1)
        if i > 0, j > 0, letter == right[j - 1], left[i - 1] == other {
          distance = min(distance, beforePrevious[j - 1] + 1)
        }
        current.append(distance)
      }
      (beforePrevious, previous) = (previous, current)
    }
    return previous[right.count]
  }

  private static func normalized(_ word: String) -> [Character] {
    word.lowercased().map { $0 == "-" ? "_" : $0 }
  }
}
