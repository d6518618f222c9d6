import Networks
import Testing

@Suite struct PictureTests {
  @Test("A grid shows each image at its place, scaled up, with gaps between")
  func grid() {
    // Three images of 1x2 in two columns: 0 and 1, 0.5 and 2 (cut), -1 (cut) and NaN (black).
    let picture = Picture.grid(
      [0, 1, 0.5, 2, -1, .nan], shape: [1, 1, 2], layout: GridLayout(columns: 2, gap: 1, scale: 2))
    #expect(picture.width == 1 + 2 * 5 && picture.height == 1 + 2 * 3 && picture.channels == 1)
    let line = (0..<11).map { picture[$0, 1, 0] }
    #expect(line == [128, 0, 0, 255, 255, 128, 128, 128, 255, 255, 128])
    #expect((0..<11).map { picture[$0, 2, 0] } == line)
    #expect((0..<11).map { picture[$0, 5, 0] } == [128, 0, 0, 0, 0, 128, 128, 128, 128, 128, 128])
    #expect((0..<11).allSatisfy { picture[$0, 0, 0] == 128 && picture[$0, 3, 0] == 128 })
  }

  @Test("Images of three channels are coloured, vectors are seen as squares where they are some")
  func shapes() {
    let color = Picture.grid(
      bytes: [10, 20, 30, 40, 50, 60], shape: [3, 1, 2], layout: GridLayout(gap: 0, scale: 1))
    #expect(color.channels == 3 && color.width == 2 && color.height == 1)
    #expect(color.pixels == [10, 30, 50, 20, 40, 60])
    let square = Picture.grid(bytes: Array(0..<9), shape: [9], layout: GridLayout(gap: 0, scale: 1))
    #expect(square.width == 3 && square.pixels == Array(0..<9))
    #expect(Picture.grid(bytes: Array(0..<7), shape: [7], layout: GridLayout(gap: 0, scale: 1)).width == 7)
    let maps = Picture.grid(bytes: Array(0..<8), shape: [2, 2, 2], layout: GridLayout(gap: 0, scale: 1))
    #expect(maps.width == 2 && maps.height == 4 && maps.pixels == Array(0..<8))
  }

  @Test("A tensor's images are those of its examples, whose values lie batch innermost")
  func tensor() {
    let block = FlatBuffer(count: 6)
    for i in 0..<6 { block.base[i] = Float(i) / 5 }
    withExtendedLifetime(block) {
      let tensor = Tensor(shape: [2], batch: 3, base: block.base)
      #expect(tensor.examples(2) == [0, 0.6, 0.2, 0.8])
      let picture = Picture.grid(tensor, count: 2, layout: GridLayout(columns: 1, gap: 0, scale: 1))
      #expect(picture.pixels == [0, 153, 51, 204])
    }
  }

  @Test("A comparison puts the images of each set below those of the one before")
  func comparison() {
    let layout = GridLayout(columns: 2, gap: 0, scale: 1)
    let picture = Picture.comparison([[0, 0.2, 0.4], [1, 0.8, 0.6]], shape: [1], layout: layout)
    #expect(picture.width == 2 && picture.height == 4)
    #expect(picture.pixels == [0, 51, 255, 204, 102, 0, 153, 0])
  }

  @Test("Text is drawn in dots and cut at the border")
  func text() {
    var picture = Picture(width: 8, height: 9)
    picture.text("L1", left: 1, top: 1)
    // L: a full left column of seven dots and a foot of five.
    #expect((0..<9).map { picture[1, $0, 0] } == [255, 0, 0, 0, 0, 0, 0, 0, 255])
    #expect((0..<8).map { picture[$0, 7, 0] } == [255, 0, 0, 0, 0, 0, 255, 255])
    #expect(Picture.textWidth("L1", scale: 2) == 22)
    picture.text("Ω\u{7F}", left: -3, top: -3, scale: 3)
  }

  @Test("Charts hold their points, whatever the values")
  func charts() {
    func pixels(_ picture: Picture, _ color: Color) -> Int {
      (0..<picture.width * picture.height).count { index in
        let place = 3 * index
        return picture.pixels[place] == color.red && picture.pixels[place + 1] == color.green
          && picture.pixels[place + 2] == color.blue
      }
    }
    let scatter = Picture.scatter([(0, 0), (1, 1), (.nan, 0)], classes: [3, 4, 3], radius: 2)
    // A disc of radius 2 has 13 pixels; the legend's square has 64.
    #expect(pixels(scatter, .ofClass(3)) == 13 + 64 && pixels(scatter, .ofClass(4)) == 13 + 64)
    let curve = Picture.lineChart(
      [ChartSeries("error", y: [1, 2, .infinity, 3, -4]), ChartSeries(x: [0, 4], y: [0, 0])],
      marks: [(2, "here")], frame: ChartFrame(title: "a curve", xLabel: "step", yLabel: "error"))
    #expect(pixels(curve, .ofClass(0)) > 200 && pixels(curve, .ofClass(1)) > 200)
    let bars = Picture.barChart([1, -2, .nan, 0], labels: ["a", "b"], colors: [0, 1])
    #expect(pixels(bars, .ofClass(1)) > pixels(bars, .ofClass(0)))
    for y in [[], [.nan], [5], [5, 5], [-.greatestFiniteMagnitude, .greatestFiniteMagnitude]] as [[Double]] {
      #expect(Picture.lineChart([ChartSeries(y: y)]).width == 640)
      #expect(Picture.barChart(y).width == 640)
    }
  }
}
