import Foundation

/// What a chart says around its data.
public struct ChartFrame: Sendable, Hashable {
  /// The line above the chart.
  public var title: String
  /// What the horizontal axis measures.
  public var xLabel: String
  /// What the vertical axis measures.
  public var yLabel: String
  /// The pixels of the whole picture.
  public var width: Int
  /// The lines of the whole picture.
  public var height: Int
  /// The lowest and highest value of the vertical axis; nil for those of the data.
  public var yRange: ClosedRange<Double>?

  /// A frame.
  public init(
    title: String = "", xLabel: String = "", yLabel: String = "", width: Int = 640, height: Int = 400,
    yRange: ClosedRange<Double>? = nil
  ) {
    precondition(width >= 160 && height >= 120, "a chart of \(width)x\(height) has no room for its axes")
    self.title = title
    self.xLabel = xLabel
    self.yLabel = yLabel
    self.width = width
    self.height = height
    self.yRange = yRange
  }
}

/// A curve of a line chart.
public struct ChartSeries: Sendable, Hashable {
  /// What the legend calls it; empty for no entry.
  public var name: String
  /// The places along the horizontal axis; nil for 0, 1, 2, …
  public var x: [Double]?
  /// The values; those that are not finite leave a gap.
  public var y: [Double]

  /// A curve.
  public init(_ name: String = "", x: [Double]? = nil, y: [Double]) {
    precondition(x.map { $0.count == y.count } ?? true, "\(x?.count ?? 0) places for \(y.count) values")
    self.name = name
    self.x = x
    self.y = y
  }
}

extension Picture {
  /// Points in the plane, coloured by class, with a legend of the classes.
  ///
  /// - Parameter classes: the class of each point; empty for one colour.
  public static func scatter(
    _ points: [(x: Double, y: Double)], classes: [Int] = [], radius: Int = 2,
    frame: ChartFrame = ChartFrame(width: 640, height: 640)
  ) -> Picture {
    precondition(classes.isEmpty || classes.count == points.count, "\(classes.count) classes")
    let finite = points.indices.filter { points[$0].x.isFinite && points[$0].y.isFinite }
    var chart = Chart(frame, x: finite.map { points[$0].x }, y: finite.map { points[$0].y })
    for index in finite {
      let place = chart.place(points[index].x, points[index].y)
      chart.picture.disc(
        x: place.x, y: place.y, radius: radius, .ofClass(classes.isEmpty ? 0 : classes[index]))
    }
    for (line, name) in Set(classes).sorted().prefix(20).enumerated() {
      chart.legend("\(name)", color: .ofClass(name), line: line)
    }
    return chart.picture
  }

  /// Curves over a common axis; `marks` are places with a name that a vertical line shows.
  public static func lineChart(
    _ series: [ChartSeries], marks: [(x: Double, name: String)] = [], frame: ChartFrame = ChartFrame()
  ) -> Picture {
    let places = series.map { $0.x ?? $0.y.indices.map(Double.init) }
    var chart = Chart(frame, x: places.flatMap { $0 } + marks.map(\.x), y: series.flatMap(\.y))
    for mark in marks where mark.x.isFinite { chart.mark(mark.x, mark.name) }
    for (number, curve) in series.enumerated() {
      var last: (x: Int, y: Int)?
      for (x, y) in zip(places[number], curve.y) {
        guard x.isFinite, y.isFinite else {
          last = nil
          continue
        }
        let place = chart.place(x, y)
        chart.picture.line(from: last ?? place, to: place, thickness: 2, .ofClass(number))
        last = place
      }
      if !curve.name.isEmpty { chart.legend(curve.name, color: .ofClass(number), line: number) }
    }
    return chart.picture
  }

  /// Bars from zero, each with its label below; `colors` are class numbers.
  public static func barChart(
    _ values: [Double], labels: [String] = [], colors: [Int] = [], frame: ChartFrame = ChartFrame()
  ) -> Picture {
    var chart = Chart(frame, x: [-0.5, Double(max(values.count, 1)) - 0.5], y: values + [0], ticksX: false)
    let zero = chart.place(0, 0).y
    let width = max(chart.place(0.8, 0).x - chart.place(0, 0).x, 1)
    for (index, value) in values.enumerated() {
      let place = chart.place(Double(index), value.isFinite ? value : 0)
      chart.picture.fill(
        left: place.x - width / 2, top: min(place.y, zero), width: width, height: max(abs(place.y - zero), 1),
        .ofClass(index < colors.count ? colors[index] : 0))
      if index < labels.count { chart.labelBelow(labels[index], at: Double(index)) }
    }
    return chart.picture
  }
}
