extension Picture {
  /// A tree of named points, the root at the left; joins stand at their distance, names in the colour of their class.
  public static func dendrogram(
    _ tree: HierarchicalClustering, names: [String], classes: [Int] = [], title: String = "", width: Int = 640
  ) -> Picture {
    precondition(names.count == tree.count, "\(names.count) names for \(tree.count) points")
    let (line, top) = (13, 28)
    let room = (names.map { textWidth($0) }.max() ?? 0) + 12
    var picture = Picture(width: width, height: top + line * tree.count + 8, channels: 3)
    picture.text(title, left: 8, top: 8)
    let root = tree.count + tree.joins.count - 1
    let largest = max(tree.joins.last?.distance ?? 0, 1e-12)
    let (left, right) = (16, width - room)
    func column(_ distance: Double) -> Int {
      left + Int(((1 - distance / largest) * Double(right - left)).rounded())
    }
    var place = Array(repeating: (x: 0, y: 0), count: root + 1)
    for (row, point) in tree.points(below: root).enumerated() {
      place[point] = (right, top + row * line + line / 2)
      picture.text(
        names[point], left: right + 6, top: top + row * line + 3,
        classes.isEmpty ? .black : .ofClass(classes[point]))
    }
    for (index, join) in tree.joins.enumerated() {
      let x = column(join.distance)
      let (a, b) = (place[join.left], place[join.right])
      picture.line(from: (x, a.y), to: (a.x, a.y), .black)
      picture.line(from: (x, b.y), to: (b.x, b.y), .black)
      picture.line(from: (x, a.y), to: (x, b.y), .black)
      place[tree.count + index] = (x, (a.y + b.y) / 2)
    }
    return picture
  }
}
