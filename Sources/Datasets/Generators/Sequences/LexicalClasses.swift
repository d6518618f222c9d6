/// The words, classes and sentence templates of Elman 1990, Tables 3 and 4.
///
/// The paper names one or two words of most classes; the others are those of its cluster diagram, put where they fit. It
/// speaks of 15 templates; the 16 of its table give the 27,534 words that it counts in 10,000 sentences (27,500 here on
/// average).
enum LexicalClasses {
  /// A class of words.
  enum Name: String, CaseIterable {
    case human, animal, inanimate, aggressor, fragile, food
    case intransitive, transitive, agentPatient, perception, destruction, eating

    /// Whether its words are verbs.
    var isVerb: Bool {
      switch self {
      case .human, .animal, .inanimate, .aggressor, .fragile, .food: false
      case .intransitive, .transitive, .agentPatient, .perception, .destruction, .eating: true
      }
    }
  }

  /// The words of each class; «see», «break» belong to two.
  static let members: [Name: [String]] = [
    .human: ["man", "woman", "boy", "girl"],
    .animal: ["cat", "mouse", "dog"],
    .inanimate: ["book", "rock", "car"],
    .aggressor: ["dragon", "monster", "lion"],
    .fragile: ["glass", "plate"],
    .food: ["cookie", "bread", "sandwich"],
    .intransitive: ["think", "sleep", "exist"],
    .transitive: ["see", "chase", "like"],
    .agentPatient: ["move", "break"],
    .perception: ["smell", "see"],
    .destruction: ["break", "smash"],
    .eating: ["eat"],
  ]

  /// The templates.
  static let templates: [[Name]] = [
    [.human, .eating, .food],
    [.human, .perception, .inanimate],
    [.human, .destruction, .fragile],
    [.human, .intransitive],
    [.human, .transitive, .human],
    [.human, .agentPatient, .inanimate],
    [.human, .agentPatient],
    [.animal, .eating, .food],
    [.animal, .transitive, .animal],
    [.animal, .agentPatient, .inanimate],
    [.animal, .agentPatient],
    [.inanimate, .agentPatient],
    [.aggressor, .destruction, .fragile],
    [.aggressor, .eating, .human],
    [.aggressor, .eating, .animal],
    [.aggressor, .eating, .food],
  ]

  /// The 29 words, nouns first.
  static let words: [String] = {
    var words: [String] = []
    for name in Name.allCases {
      for word in members[name]! where !words.contains(word) { words.append(word) }
    }
    return words
  }()

  /// The number of bits of a word in the paper; two are never used.
  static let codes = 31

  /// The words, and names for the codes that no word has.
  static var symbols: [String] { words + (words.count..<codes).map { "(unused \($0 + 1))" } }
}
