import Networks
import Synchronization

/// Where all lanes of a step add up numbers in the middle of a pass.
///
/// Each lane of a rank has a thread of its own (thread i works on the rank's i-th lane). When all of them have come, the
/// first one, which is the caller of the team and may use messages, exchanges the numbers with the other ranks that
/// have lanes; then each adds up all lanes' numbers in the order of the lanes, in Double. Two barriers and one message to
/// every other rank a sum.
///
/// `@unchecked Sendable`: `offers[i]` belongs to lane i of this rank before the first barrier of a sum, to the first lane
/// between the two; `table`, `tables` and `failure` are written by the first lane between the two, and read by all after
/// the second (`failure` after the team's work); `arrived` and `generation` order these accesses (release before
/// acquire). Nobody passes the first barrier of the next sum before all have read `table`.
final class LaneMeeting: @unchecked Sendable {
  private let own: Range<Int>
  private let lanes: Int
  // The ranks that have lanes, and the lanes of each.
  private let replicas: any ReplicaGroup
  private let blocks: [Range<Int>]
  private let offers: UnsafeMutableBufferPointer<UnsafeMutableBufferPointer<Double>>
  // For each length of a sum: the numbers of all lanes, and the messages.
  private var tables: [Int: Table] = [:]
  private var table = UnsafeMutableBufferPointer<Double>(start: nil, count: 0)
  private let arrived = Atomic<Int>(0)
  private let generation = Atomic<Int>(0)
  private let isBroken = Atomic<Bool>(false)
  private var failure: (any Error)?

  /// The numbers of all lanes, and how they come here.
  private struct Table {
    var numbers: UnsafeMutableBufferPointer<Double>
    var transfers: any PreparedTransfers
  }

  /// A meeting of the plan's lanes; nil on ranks without lanes. Collective.
  init?(plan: LanePlan, replicas: any ReplicaGroup) throws {
    own = plan.lanes(of: replicas.rank)
    lanes = plan.lanes
    let group = try replicas.subgroup(color: own.isEmpty ? 1 : 0)
    self.replicas = group
    blocks = (0..<replicas.count).map { plan.lanes(of: $0) }.filter { !$0.isEmpty }
    offers = .allocate(capacity: own.count)
    offers.initialize(repeating: UnsafeMutableBufferPointer(start: nil, count: 0))
    if own.isEmpty { return nil }
  }

  deinit {
    for table in tables.values { table.numbers.deallocate() }
    offers.deallocate()
  }

  /// What the rank's lane `index` adds up with.
  func seat(_ index: Int) -> any LaneReducer { Seat(meeting: self, index: index) }

  /// Lets nobody wait any longer: a lane has failed.
  func dissolve() { isBroken.store(true, ordering: .releasing) }

  /// Rethrows what went wrong with messages.
  func check() throws {
    if let failure { throw failure }
  }

  /// One lane's place.
  private final class Seat: LaneReducer {
    let meeting: LaneMeeting
    let index: Int
    private var numbers = UnsafeMutableBufferPointer<Double>(start: nil, count: 0)

    init(meeting: LaneMeeting, index: Int) {
      self.meeting = meeting
      self.index = index
    }

    deinit {
      numbers.deallocate()
    }

    func room(for count: Int) -> UnsafeMutableBufferPointer<Double> {
      if numbers.count < count {
        numbers.deallocate()
        numbers = .zeros(count)
      }
      return UnsafeMutableBufferPointer(rebasing: numbers[..<count])
    }

    func addUp(_ values: UnsafeMutableBufferPointer<Double>) { meeting.addUp(values, index) }
  }

  private func addUp(_ values: UnsafeMutableBufferPointer<Double>, _ index: Int) {
    offers[index] = values
    guard wait() else { return }
    if index == 0 {
      do { try exchange(values.count) } catch {
        failure = error
        dissolve()
      }
    }
    guard wait() else { return }
    for i in values.indices {
      var sum = 0.0
      for lane in 0..<lanes { sum += table[lane * values.count + i] }
      values[i] = sum
    }
  }

  /// Brings the numbers of all lanes into the table of this length.
  private func exchange(_ count: Int) throws {
    let place = try tables[count] ?? makeTable(count)
    for (index, offer) in offers.enumerated() {
      precondition(offer.count == count, "lanes add up different things")
      (place.numbers.baseAddress! + (own.lowerBound + index) * count).update(
        from: offer.baseAddress!, count: count)
    }
    try place.transfers.start()
    try place.transfers.wait()
    table = place.numbers
  }

  private func makeTable(_ count: Int) throws -> Table {
    let numbers = UnsafeMutableBufferPointer<Double>.zeros(lanes * count)
    let ranges = blocks.map { ($0.lowerBound * count)..<($0.upperBound * count) }
    let table = Table(
      numbers: numbers,
      transfers: try replicas.prepareAllGather(numbers, ranges: ranges, operation: "sums of all lanes"))
    tables[count] = table
    return table
  }

  /// Waits until all lanes of this rank have come; false where one has failed.
  private func wait() -> Bool {
    let seen = generation.load(ordering: .acquiring)
    if arrived.wrappingAdd(1, ordering: .acquiringAndReleasing).newValue == own.count {
      arrived.store(0, ordering: .relaxed)
      generation.wrappingAdd(1, ordering: .releasing)
      return !isBroken.load(ordering: .acquiring)
    }
    var backoff = Backoff()
    while generation.load(ordering: .acquiring) == seen {
      if isBroken.load(ordering: .acquiring) { return false }
      backoff.wait()
    }
    return true
  }
}
