/// The shapes of handwritten digits: for each digit several ways to write it, each a few strokes of the pen.
///
/// A stroke is a list of points in a box one unit high, x to the right, y down; a smooth curve (Catmull–Rom) runs
/// through them, and a point given twice is a corner.
struct DigitGlyphs: Sendable {
  typealias Point = SIMD2<Float>

  /// One way to write a digit.
  struct Style: Sendable {
    /// How often it occurs, relative to the digit's other styles.
    let weight: Float
    let strokes: [[Point]]
  }

  /// The styles of each digit.
  let styles: [[Style]]

  // Each stroke as pairs of x and y in hundredths of the box.
  private static func style(_ weight: Float, _ strokes: String...) -> Style {
    Style(
      weight: weight,
      strokes: strokes.map { stroke in
        let numbers = stroke.split(separator: " ").map { Float($0)! / 100 }
        return stride(from: 0, to: numbers.count, by: 2).map { Point(numbers[$0], numbers[$0 + 1]) }
      })
  }

  /// All digits.
  init() {
    styles = [
      Self.zero, Self.one, Self.two, Self.three, Self.four, Self.five, Self.six, Self.seven, Self.eight,
      Self.nine,
    ]
  }

  private static var zero: [Style] {
    [
      style(4, "56 4  34 6  18 24  12 50  18 76  36 96  60 96  80 78  87 50  80 22  62 5  44 3"),
      style(2, "66 14  48 2  28 10  15 34  12 62  24 90  46 99  68 88  84 60  84 32  70 10  50 4  38 14"),
      style(1, "38 6  58 2  80 18  88 46  80 78  58 97  34 93  16 70  12 42  22 16  42 2"),
    ]
  }

  private static var one: [Style] {
    [
      style(5, "50 0  50 35  50 70  50 100"),
      style(2, "34 20  44 12  54 0  54 0  54 50  54 100"),
      style(1, "30 22  52 0  52 0  52 50  52 99", "24 100  50 99  80 98"),
    ]
  }

  private static var two: [Style] {
    [
      style(3, "14 26  30 6  58 1  80 18  74 44  45 73  12 98  12 98  50 97  90 95"),
      style(3, "14 22  34 3  66 5  78 27  64 56  38 84  16 95  10 84  26 76  50 89  74 98  95 88"),
      style(1, "20 12  50 0  76 14  70 40  40 70  10 94  10 94  38 88  66 97  92 92"),
      style(1, "16 10  48 8  82 4  82 4  48 50  10 95  10 95  50 96  100 90"),
    ]
  }

  private static var three: [Style] {
    [
      style(4, "16 14  45 1  76 14  72 36  40 47  40 47  74 56  86 77  64 97  32 98  10 86"),
      style(1, "15 4  48 4  82 3  82 3  42 42  42 42  76 50  88 73  64 96  34 99  10 88"),
      style(1, "12 20  40 2  70 10  62 34  40 44  34 52  50 48  74 58  76 84  46 100  14 94  8 78  28 80"),
      style(2, "20 10  50 0  74 12  68 34  44 46  36 50  46 50  74 58  82 80  56 100  20 94"),
    ]
  }

  private static var four: [Style] {
    [
      style(3, "20 4  15 30  12 55  12 55  50 56  88 52", "76 6  72 50  68 100"),
      style(2, "66 2  38 34  10 64  10 64  50 64  94 62", "66 2  66 50  64 100"),
      style(2, "18 5  13 34  30 52  60 46  80 24  84 3  84 3  78 45  70 100"),
      style(1, "30 2  20 28  14 50  14 50  46 52  80 50", "62 24  58 60  54 100"),
    ]
  }

  private static var five: [Style] {
    [
      style(3, "28 5  24 25  22 43  22 43  50 36  80 52  80 80  50 99  12 90", "28 5  55 4  88 2"),
      style(2, "86 3  58 5  32 5  32 5  24 42  24 42  54 38  78 56  74 85  44 100  10 90"),
      style(1, "30 20  22 46  22 46  48 44  70 60  66 86  40 100  8 94", "30 18  62 10  100 0"),
      style(1, "85 4  50 2  26 16  34 38  64 50  76 74  54 97  14 93"),
    ]
  }

  private static var six: [Style] {
    [
      style(3, "70 4  42 20  20 50  17 80  40 99  70 90  76 68  55 55  28 64  17 80"),
      style(2, "50 0  30 33  18 68  26 94  54 98  74 80  64 60  38 60  22 76"),
      style(1, "82 10  55 3  25 25  12 62  28 95  62 97  82 75  66 55  36 60  16 76"),
    ]
  }

  private static var seven: [Style] {
    [
      style(3, "12 8  48 6  86 4  86 4  62 48  44 100"),
      style(2, "12 7  48 5  84 4  84 4  60 48  42 100", "32 52  56 50  82 48"),
      style(2, "12 24  15 8  15 8  50 10  84 3  84 3  64 42  52 100"),
      style(1, "14 30  20 6  46 12  80 2  80 2  56 40  30 98", "22 56  50 54  76 50"),
      style(1, "10 14  34 4  62 8  86 6  86 6  70 34  58 66  54 100"),
    ]
  }

  private static var eight: [Style] {
    [
      style(3, "76 14  50 1  24 14  30 36  56 50  78 70  70 93  46 99  20 90  18 70  42 50  68 34  78 14"),
      style(2, "48 46  26 34  26 12  50 1  74 12  74 34  48 46  20 60  16 86  48 100  82 86  78 60  50 46"),
      style(1, "70 30  78 10  50 0  30 16  44 40  62 62  60 90  38 100  24 84  42 58  70 34  94 10"),
      style(1, "84 6  50 2  30 18  46 42  70 66  62 94  36 98  22 78  46 50  76 24  86 6"),
    ]
  }

  private static var nine: [Style] {
    [
      style(3, "78 20  55 3  24 14  20 38  46 50  72 36  80 14  80 14  76 55  70 100"),
      style(2, "76 16  50 2  24 20  28 46  58 46  78 20  78 20  80 60  66 94  36 99  16 88"),
      style(1, "82 6  46 6  16 30  34 44  66 26  84 6  84 6  66 50  50 100"),
      style(2, "80 10  50 2  22 20  26 42  54 44  76 24  82 8  74 42  58 72  46 100"),
    ]
  }
}
