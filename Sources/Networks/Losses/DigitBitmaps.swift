/// The ten digits as drawings of 7x12 pixels: the fixed centres of the RBF outputs of LeNet-5.
///
/// The paper takes its codes from drawings of the characters, so that what looks alike gets similar codes; these are
/// drawn anew. Ink is +1, paper -1: values at which the scaled tanh is at its steepest bend, not saturated.
public enum DigitBitmaps {
  /// The number of digits.
  public static let classes = 10
  /// The number of pixels of a drawing: 12 rows of 7.
  public static let pixels = 84

  /// The drawings `[classes, pixels]`, +1 for ink and -1 for paper.
  public static let values: [Float] = drawings.flatMap { drawing in
    drawing.compactMap { $0 == "#" ? 1 : $0 == "." ? -1 : nil }
  }

  private static let drawings: [String] = [
    // 0
    """
    ..###..
    .#...#.
    #.....#
    #.....#
    #.....#
    #.....#
    #.....#
    #.....#
    #.....#
    #.....#
    .#...#.
    ..###..
    """,
    // 1
    """
    ...#...
    ..##...
    .#.#...
    ...#...
    ...#...
    ...#...
    ...#...
    ...#...
    ...#...
    ...#...
    ...#...
    .#####.
    """,
    // 2
    """
    ..###..
    .#...#.
    #.....#
    ......#
    ......#
    .....#.
    ....#..
    ...#...
    ..#....
    .#.....
    #......
    #######
    """,
    // 3
    """
    #######
    ......#
    .....#.
    ....#..
    ...#...
    ..####.
    ......#
    ......#
    ......#
    #.....#
    .#...#.
    ..###..
    """,
    // 4
    """
    .....#.
    ....##.
    ...#.#.
    ..#..#.
    .#...#.
    #....#.
    #....#.
    #######
    .....#.
    .....#.
    .....#.
    .....#.
    """,
    // 5
    """
    #######
    #......
    #......
    #......
    #.###..
    ##...#.
    ......#
    ......#
    ......#
    #.....#
    .#...#.
    ..###..
    """,
    // 6
    """
    ...###.
    ..#....
    .#.....
    #......
    #.###..
    ##...#.
    #.....#
    #.....#
    #.....#
    #.....#
    .#...#.
    ..###..
    """,
    // 7
    """
    #######
    ......#
    ......#
    .....#.
    .....#.
    ....#..
    ....#..
    ...#...
    ...#...
    ..#....
    ..#....
    ..#....
    """,
    // 8
    """
    ..###..
    .#...#.
    #.....#
    #.....#
    .#...#.
    ..###..
    .#...#.
    #.....#
    #.....#
    #.....#
    .#...#.
    ..###..
    """,
    // 9
    """
    ..###..
    .#...#.
    #.....#
    #.....#
    #.....#
    #.....#
    .#...##
    ..###.#
    ......#
    .....#.
    ....#..
    .###...
    """,
  ]
}
