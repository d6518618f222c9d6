import Datasets
import Testing

@Suite struct CSVTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
  }

  private func file(
    _ text: String, labels: CSVFile.LabelColumn = .last, header: Bool? = nil, delimiter: Character = ","
  ) throws -> CSVFile {
    try CSVFile(
      path: folder.write("table.csv", text), labels: labels, hasHeader: header, delimiter: delimiter)
  }

  private func complaint(_ text: String, labels: CSVFile.LabelColumn = .last, header: Bool? = nil) throws
    -> String
  {
    do {
      _ = try file(text, labels: labels, header: header)
      return "accepted"
    } catch let error as DataError {
      return error.description
    }
  }

  @Test("words become classes in the order of the alphabet, numbers in the order of their size")
  func classes() throws {
    let flowers = try file("5.1,3.5,setosa\n7,3.2,versicolor\r\n\n6.3,3.3,setosa\n").dataset(name: "iris")
    #expect(flowers.count == 3 && flowers.shape == [2] && flowers.classes == 2)
    #expect(flowers.values(1) == [7, 3.2])
    #expect((0..<3).map { flowers.label($0) } == [0, 1, 0])
    let numbers = try file("1,10\n2,9\n3,'-1'\n")
    #expect(numbers.classNames == ["-1", "9", "10"])
  }

  @Test("the label may stand first, last, under a name, or nowhere")
  func labelColumn() throws {
    let first = try file("a,1,2\nb,3,4", labels: .first).dataset(name: "set")
    #expect(first.values(1) == [3, 4] && first.label(1) == 1)
    let named = try file("x,kind,y\n1,u,2\n3,v,4", labels: .named("kind"))
    #expect(named.featureNames == ["x", "y"])
    #expect(try named.dataset(name: "set").values(1) == [3, 4])
    let none = try file("1;2\n3;4", labels: .none, delimiter: ";").dataset(name: "set")
    #expect(none.classes == 0 && none.values(0) == [1, 2])
  }

  @Test("a header is found by itself, or as told")
  func header() throws {
    #expect(try file("x,y,class\n1,2,a").count == 1)
    #expect(try file("1,2,3\n1,2,4").count == 2)
    #expect(try file("1,2,3\n1,2,4", header: true).featureNames == ["1", "2"])
    #expect(
      try complaint("x,y,class\n1,2,a", header: false).contains("table.csv:1: column 1 is 'x', no number"))
  }

  @Test("quoted fields, a byte order mark and spaces are understood")
  func quotes() throws {
    let table = try file("\u{FEFF} 1 ,\"2\",\"a, \"\"b\"\"\"\n3,4,c\n")
    #expect(table.classNames == ["a, \"b\"", "c"])
    #expect(try table.dataset(name: "set").values(0) == [1, 2])
  }

  @Test("lines may end in each of the three ways")
  func lineEnds() throws {
    for end in ["\n", "\r\n", "\r"] {
      let table = try file(["1,2,ä", "3,4,b", "5,6,ä", ""].joined(separator: end))
      #expect(table.count == 3 && table.classNames == ["b", "ä"])
    }
  }

  @Test("faults are reported with their line")
  func faults() throws {
    #expect(try complaint("1,2,a\n1,a\n").contains("table.csv:2: has 2 fields, the lines before it 3"))
    #expect(try complaint("1,2,a\n\n1,nan,a\n").contains("table.csv:3: column 2 is nan"))
    #expect(try complaint("1,inf,a\n").contains("finite"))
    #expect(try complaint("1,2,a\n1,1e99,a\n").contains("finite"))
    #expect(try complaint("1,2,a\n1,?,a\n").contains("every value must be given"))
    #expect(try complaint("1,2,a\n1,,a\n").contains("column 2 is empty"))
    #expect(try complaint("1,2,a\n1,2,\n").contains("the label in column 3 is empty"))
    #expect(try complaint("1,2,a\n1,2,\"a\n").contains("table.csv:2: a quote is opened"))
    #expect(try complaint("").contains("holds no examples"))
    #expect(try complaint("\n \n").contains("holds no examples"))
    #expect(try complaint("x,y,class\n").contains("holds no examples"))
    #expect(try complaint("1\n2\n").contains("at least one feature beside the label"))
    #expect(try complaint("1,2\u{0},3\n").contains("zero bytes"))
    #expect(try complaint("x,y\n1,2\n", labels: .named("z")).contains("no column is called 'z'"))
    #expect(try complaint("1,2\n", labels: .named("z")).contains("no line of column names"))
  }

  @Test("a test file takes over the classes of the training file and may hold no others")
  func testFile() throws {
    let training = try file("1,a\n2,b\n3,c")
    let test = try file("1,c\n2,b").dataset(name: "test", classNames: training.classNames)
    #expect(test.classes == 3 && test.label(0) == 2)
    let stranger = try file("1,d")
    let fault = #expect(throws: DataError.self) {
      try stranger.dataset(name: "test", classNames: training.classNames)
    }
    #expect(fault?.description.contains("'d'") == true)
  }
}
