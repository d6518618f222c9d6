import Networks

/// A text of simple English sentences, to try language models without a file: an article, perhaps an adjective, a noun,
/// a verb that agrees with it, and what follows.
///
/// The text is a pure function of (seed, part, length). A model that has learned it knows spelling, agreement and that a
/// sentence ends with a full stop.
struct SmallGrammar {
  private static let nouns = [
    "cat", "dog", "bird", "king", "child", "river", "stone", "tree", "sailor", "queen",
  ]
  private static let adjectives = ["old", "small", "quiet", "green", "happy", "proud"]
  private static let verbs = ["see", "hear", "like", "follow", "remember", "call"]
  private static let places = ["in the garden", "by the sea", "under the moon", "behind the house"]

  /// The first `count` symbols of part `part`.
  static func text(count: Int, part: Int, seed: UInt64) -> [Unicode.Scalar] {
    var draws = RandomSequence(
      RandomAddress(seed: seed, step: 0, stream: .generator(184 + part)), example: 0)
    var text: [Unicode.Scalar] = []
    while text.count < count { text += Array(sentence(&draws).unicodeScalars) }
    return Array(text[..<count])
  }

  private static func sentence(_ draws: inout RandomSequence) -> String {
    func one(_ words: [String]) -> String { words[draws.integer(below: words.count)] }
    func phrase() -> (text: String, isPlural: Bool) {
      let isPlural = draws.integer(below: 2) == 1
      let adjective = draws.integer(below: 3) == 0 ? one(adjectives) + " " : ""
      let noun = one(nouns)
      let plural = noun == "child" ? "children" : noun + "s"
      return isPlural ? ("the \(adjective)\(plural)", true) : ("the \(adjective)\(noun)", false)
    }
    let subject = phrase()
    var sentence = "\(subject.text) \(one(verbs))\(subject.isPlural ? "" : "s") \(phrase().text)"
    if draws.integer(below: 3) == 0 { sentence += " \(one(places))" }
    return sentence.prefix(1).uppercased() + sentence.dropFirst() + ".\n"
  }
}
