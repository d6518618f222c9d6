import Networks

/// Generated pieces of music in four voices: common chord progressions in a random key, with a bass, held notes and a
/// melody that walks over the notes of the chord.
///
/// Piece i of a part is a pure function of (seed, part, i).
struct ChordProgressions {
  // Degrees of a major scale in half tones, and chords as triads on them.
  private static let scale = [0, 2, 4, 5, 7, 9, 11]
  private static let progressions: [[Int]] = [
    [0, 3, 4, 0], [0, 5, 3, 4], [0, 4, 5, 3], [1, 4, 0, 0], [0, 3, 0, 4], [5, 3, 0, 4],
  ]

  /// The first `count` pieces of part `part`: lists of steps of MIDI notes, 32 to 64 steps long.
  static func pieces(count: Int, part: Int, seed: UInt64) -> [[[Int]]] {
    let address = RandomAddress(seed: seed, step: 0, stream: .generator(188 + part))
    return (0..<count).map { index in
      var draws = RandomSequence(address, example: UInt32(index))
      return piece(&draws)
    }
  }

  private static func piece(_ draws: inout RandomSequence) -> [[Int]] {
    let key = draws.integer(below: 12)
    let progression = progressions[draws.integer(below: progressions.count)]
    let bars = 8 + 4 * draws.integer(below: 3)
    var steps: [[Int]] = []
    var voice = draws.integer(below: 3)
    for bar in 0..<bars {
      let root = progression[bar % progression.count]
      let triad = [0, 2, 4].map { third -> Int in
        let degree = root + third
        return key + scale[degree % 7] + (degree >= 7 ? 12 : 0)
      }
      for beat in 0..<4 {
        // The melody moves on every other beat.
        if beat % 2 == 0 { voice = (voice + 1 + draws.integer(below: 2)) % 3 }
        let chord = [36 + triad[0], 48 + triad[1], 48 + triad[2], 60 + triad[voice]]
        steps.append(chord)
      }
    }
    return steps
  }
}
