import MPI

/// One thing that must hold on any communicator.
struct Check: Sendable {
  let name: String
  let body: @Sendable (Communicator) throws -> Void

  init(_ name: String, _ body: @escaping @Sendable (Communicator) throws -> Void) {
    self.name = name
    self.body = body
  }

  /// A check that is repeated for every element type.
  init(_ name: String, _ body: some TypedCheck) {
    self.init(name) { communicator in
      // Opened at run time, so that the compiler does not copy every check for every type.
      let types: [any Number.Type] = [
        Int8.self, Int16.self, Int32.self, Int64.self, Int.self, UInt8.self, UInt16.self, UInt32.self,
        UInt64.self, UInt.self, Float.self, Double.self,
      ]
      for type in types { try body.run(communicator, type) }
    }
  }
}

/// A check that holds for every number type.
protocol TypedCheck: Sendable {
  func run<Element: Number>(_ communicator: Communicator, _ type: Element.Type) throws
}

/// A number whose small whole values are exact.
protocol Number: Datatype, Numeric, Comparable {}

extension Int8: Number {}
extension Int16: Number {}
extension Int32: Number {}
extension Int64: Number {}
extension UInt8: Number {}
extension UInt16: Number {}
extension UInt32: Number {}
extension UInt64: Number {}
extension Int: Number {}
extension UInt: Number {}
extension Float: Number {}
extension Double: Number {}

extension Number {
  /// A small value that depends on a rank and an index: 0…20.
  static func sample(_ rank: Int, _ index: Int) -> Self { Self(exactly: (rank * 7 + index * 3) % 21)! }

  /// The samples of a rank.
  static func samples(_ rank: Int, _ count: Int) -> [Self] { (0..<count).map { sample(rank, $0) } }
}

/// A check that does not hold.
struct CheckFailure: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}

/// Fails unless two values are equal.
func expect<Value: Equatable>(
  _ found: Value, _ expected: Value, _ what: @autoclosure () -> String = "",
  file: StaticString = #fileID, line: Int = #line
) throws {
  if found != expected {
    throw CheckFailure("\(file):\(line): \(what()) is \(found), not \(expected)")
  }
}

/// Fails unless a call throws an error of a class.
func expect(
  _ errorClass: ErrorClass, file: StaticString = #fileID, line: Int = #line, _ body: () throws -> Void
) throws {
  do {
    try body()
  } catch let error as MPIError {
    guard error.errorClass == errorClass else {
      throw CheckFailure(
        "\(file):\(line): \(errorClass) was expected, but came \(error.errorClass): \(error)")
    }
    return
  }
  throw CheckFailure("\(file):\(line): \(errorClass) was expected, but nothing was thrown")
}

extension Number {
  /// The element counts to check: for Double none, one, odd, and enough to leave the path of short messages
  /// (or to need many pieces, where counts are limited); for the other types one, which saves time.
  static func counts(_ communicator: Communicator, longest: Int = 5000) -> [Int] {
    guard self == Double.self else { return [7] }
    return [0, 1, 7, communicator.limitsCounts ? 20 : longest]
  }

  /// The roots to check: all for Double; for the other types one, which is another for each size of type.
  ///
  /// Open MPI gives way when there are more processes than cores, so there all types take all roots. MPICH
  /// does not, and a collective then lasts as long as a turn of the scheduler.
  static func roots(_ communicator: Communicator) -> Range<Int> {
    let all = 0..<communicator.size
    if self == Double.self || Environment.implementation == .openMPI { return all }
    let one = MemoryLayout<Self>.size.trailingZeroBitCount % communicator.size
    return one..<one + 1
  }
}
