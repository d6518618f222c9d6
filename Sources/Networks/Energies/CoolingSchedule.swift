/// How a machine is cooled down to its equilibrium: rows of a temperature and the time it is kept, `[[20, 2], [15, 2],
/// [12, 2], [10, 4]]`. One unit of time is as many probes of units drawn at random as there are units to probe.
public struct CoolingSchedule: Codable, Hashable, Sendable {
  /// A temperature for some time.
  public struct Row: Hashable, Sendable {
    /// The temperature.
    public var temperature: Double
    /// The units of time.
    public var time: Int

    /// A row.
    public init(_ temperature: Double, _ time: Int) {
      self.temperature = temperature
      self.time = time
    }
  }

  /// The rows, the hottest first.
  public var rows: [Row]

  /// A schedule.
  public init(_ rows: [Row]) {
    self.rows = rows
  }

  /// That of Ackley, Hinton & Sejnowski 1985.
  public static let ackley1985 = CoolingSchedule([Row(20, 2), Row(15, 2), Row(12, 2), Row(10, 4)])

  /// Decodes rows of two numbers.
  public init(from decoder: any Decoder) throws {
    rows = try decoder.singleValueContainer().decode([[Double]].self).map { row in
      guard row.count == 2, row[1] == row[1].rounded(), abs(row[1]) < 0x1p31 else {
        throw DecodingError.dataCorrupted(
          .init(
            codingPath: decoder.codingPath,
            debugDescription: "a row of a schedule is a temperature and a whole number of units of time, "
              + "[20, 2], not \(row)"))
      }
      return Row(row[0], Int(row[1]))
    }
  }

  /// Encodes what `init(from:)` reads.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(rows.map { [$0.temperature, Double($0.time)] })
  }

  /// The last temperature: that of the machine's equilibrium.
  public var finalTemperature: Double { rows.last?.temperature ?? 1 }
  /// The units of time of all rows.
  public var time: Int { rows.reduce(0) { $0 + $1.time } }

  /// Checks the numbers.
  ///
  /// - Throws: `ConfigurationError` that names the key, its value and what is allowed.
  public func validate(key: String) throws(ConfigurationError) {
    guard let first = rows.first else {
      throw ConfigurationError(
        "\(key) is an empty list: give rows of a temperature and a time, [[20, 2], [10, 4]]")
    }
    var last = first.temperature
    for row in rows {
      guard row.temperature > 0, row.temperature.isFinite else {
        throw ConfigurationError(
          "\(key): the temperature \(row.temperature) is not possible: it must be above 0 and finite")
      }
      guard (1...1_000_000).contains(row.time) else {
        throw ConfigurationError(
          "\(key): a time of \(row.time) is not possible: 1 to 1000000 units are allowed")
      }
      guard row.temperature <= last else {
        throw ConfigurationError(
          "\(key) does not cool: the temperature rises from \(last) to \(row.temperature); order the rows from hot to cold"
        )
      }
      last = row.temperature
    }
  }
}
