import Kernels

/// A cell over all steps of a sequence, in one direction or in both.
///
/// The inputs' part of the weighted sums is one product over all steps; symbols gather the rows of a table instead.
/// Outputs are `[T, directions · units, batch]`: forward units first, then backward ones. A layer owns its memory and
/// belongs to one thread.
final class RecurrentLayer {
  /// What the layer reads.
  enum Input {
    /// Symbols `[T, pitch]`.
    case symbols(UnsafePointer<Int32>)
    /// Values `[T, features, pitch]`.
    case values(TimeSlices)
  }

  let cell: any RecurrentCell
  let input: SequenceFormat.Step
  let directions: Int
  /// The number of the layer's first slot in the network.
  let firstSlot: Int
  private let directionSlots: Int
  private var memory = SequenceMemory()

  // The latest pass.
  private var steps = 0
  private var batch = 0
  private var pitch = 0
  private var passes: [RecurrentPass] = []
  private var isSparse = false
  private(set) var outputs: TimeSlices
  /// dE/doutputs `[T, directions · units, pitch]`: to be written before `backward`.
  private(set) var outputGradient: TimeSlices

  init(
    _ cell: any RecurrentCell, input: SequenceFormat.Step, isBidirectional: Bool, firstSlot: Int
  ) {
    self.cell = cell
    self.input = input
    self.firstSlot = firstSlot
    directions = isBidirectional ? 2 : 1
    directionSlots = 1 + (cell.biasRows.isEmpty ? 0 : 1) + cell.slots.count
    let nothing = TimeSlices(memory[.states, 0], rows: 0, pitch: 0)
    outputs = nothing
    outputGradient = nothing
  }

  /// The outputs of a step.
  var units: Int { directions * cell.units }
  /// Whether the latest pass goes back.
  var isTraining: Bool { passes[0].contribution != nil }
  /// Memory for the outputs behind dropout.
  func droppedOutputs() -> UnsafeMutablePointer<Float> { memory.reserve(.dropped, 0, steps * units * pitch) }
  /// The floats that are carried on for each sequence.
  var carriedCount: Int { cell.stateRows + cell.cellRows }

  /// The slots of all directions, named `lstm.input`, `lstm.reverse.input` and so on.
  var slots: [Slot] {
    (0..<directions).flatMap { direction -> [Slot] in
      let shape: Shape =
        switch input {
        case .symbols(let count): [count, cell.sumRows]
        case .values(let count): [cell.sumRows, count]
        }
      let weight = Slot(
        "input", shape: shape, initializer: cell.inputInitializer(inputs: input.count))
      let bias =
        cell.biasRows.isEmpty
        ? []
        : [Slot("bias", shape: [cell.biasRows.count], initializer: cell.biasInitializer, decays: false)]
      return ([weight] + bias + cell.slots).map { slot in
        Slot(
          "\(cell.kind).\(direction == 1 ? "reverse." : "")\(slot.name)", shape: slot.shape,
          initializer: slot.initializer, decays: slot.decays)
      }
    }
  }

  /// Prepares a pass over `steps` steps and clears the initial states.
  func begin(steps: Int, batch: Int, weights: ParameterView, contribution: Contribution?) {
    self.steps = steps
    self.batch = batch
    pitch = TimeSlices.pitch(batch)
    let rows = directions * cell.stateRows
    let states = TimeSlices(
      memory.reserve(.states, 0, (steps + 2) * rows * pitch), rows: rows, pitch: pitch)
    outputs = states.from(1).rows(0..<units)
    outputGradient = TimeSlices(
      memory.reserve(.outputGradient, 0, contribution == nil ? 0 : steps * units * pitch), rows: units,
      pitch: pitch)
    passes.removeAll(keepingCapacity: true)
    for direction in 0..<directions {
      let slot = firstSlot + direction * directionSlots
      let pass = RecurrentPass(
        steps: steps, batch: batch, pitch: pitch, isReverse: direction == 1,
        sums: slices(.sums, direction, steps, cell.sumRows),
        states: states.rows(direction * cell.stateRows..<(direction + 1) * cell.stateRows),
        cells: slices(.cells, direction, steps + 2, cell.cellRows),
        kept: slices(.kept, direction, steps, cell.keptRows),
        dstate: memory.reserve(.dstate, direction, cell.stateRows * pitch),
        dcells: memory.reserve(.dcells, direction, cell.cellRows * pitch),
        temporary: memory.reserve(.temporary, direction, cell.stateRows * pitch),
        packed: memory.reserve(.packed, direction, cell.packedCount), weights: weights,
        firstSlot: slot + directionSlots - cell.slots.count, contribution: contribution)
      let initial = pass.isReverse ? steps - 1 : 0
      pass.stateBefore(initial).update(repeating: 0, count: cell.stateRows * pitch)
      pass.cellBefore(initial).update(repeating: 0, count: cell.cellRows * pitch)
      passes.append(pass)
    }
  }

  private func slices(_ use: SequenceMemory.Use, _ direction: Int, _ steps: Int, _ rows: Int) -> TimeSlices {
    TimeSlices(memory.reserve(use, direction, steps * rows * pitch), rows: rows, pitch: pitch)
  }

  /// Runs the cell over all steps; `lengths` where sequences end at different steps.
  func forward(_ x: Input, lengths: UnsafePointer<Int32>?) {
    if case .values(let values) = x {
      isSparse = SequenceProduct.isSparse(values, columns: batch, steps: steps)
    }
    for (direction, pass) in passes.enumerated() {
      addInputs(x, direction, pass)
      cell.prepare(pass, isTraining: pass.contribution != nil)
      for step in 0..<steps {
        let t = pass.isReverse ? steps - 1 - step : step
        cell.forward(t, pass)
        // Backwards in time, a sequence begins at its own end: until then its state stays 0.
        if let lengths, pass.isReverse {
          pass.states.from(1).mask(t, lengths: lengths)
          pass.cells.from(1).mask(t, lengths: lengths)
        }
      }
    }
  }

  /// sums = W x + b, over all steps.
  private func addInputs(_ x: Input, _ direction: Int, _ pass: RecurrentPass) {
    let slot = firstSlot + direction * directionSlots
    let bias = memory.reserve(.bias, direction, cell.sumRows)
    if !cell.biasRows.isEmpty {
      (bias + cell.biasRows.lowerBound).update(from: pass.weights[slot + 1], count: cell.biasRows.count)
    }
    switch x {
    case .symbols(let symbols):
      pass.sums.gather(pass.weights[slot], symbols: symbols, bias: bias, steps: steps)
    case .values(let values) where isSparse:
      SequenceProduct.multiplySparse(
        pass.weights[slot], values, into: pass.sums, bias: bias, steps: steps, room: sparseRoom(direction))
    case .values(let values):
      let count = SequenceProduct.packedCount(rows: cell.sumRows, inner: input.count)
      let packed = memory.reserve(.packedInput, direction, count)
      SequenceProduct.pack(
        pass.weights[slot], row: input.count, column: 1, rows: cell.sumRows, inner: input.count,
        columns: batch, steps: steps, into: packed)
      SequenceProduct.multiply(packed, values, into: pass.sums, bias: bias, columns: batch, steps: steps)
    }
  }

  private func sparseRoom(_ direction: Int) -> UnsafeMutablePointer<Float> {
    memory.reserve(
      .sparseInput, direction, SequenceProduct.sparseRoom(rows: cell.sumRows, inner: input.count))
  }

  /// Adds the gradients of the parameters; writes dE/dinputs where that is given.
  func backward(_ x: Input, lengths: UnsafePointer<Int32>?, into dx: TimeSlices?) {
    for (direction, pass) in passes.enumerated() {
      let above = outputGradient.rows(direction * cell.units..<(direction + 1) * cell.units)
      pass.dstate.update(repeating: 0, count: cell.stateRows * pitch)
      pass.dcells.update(repeating: 0, count: cell.cellRows * pitch)
      let dstate = TimeSlices(pass.dstate, rows: cell.stateRows, pitch: pitch, step: 0)
      let dcells = TimeSlices(pass.dcells, rows: cell.cellRows, pitch: pitch, step: 0)
      for step in (0..<steps).reversed() {
        let t = pass.isReverse ? steps - 1 - step : step
        Elementwise.add(
          UnsafeBufferPointer(start: above[t], count: cell.units * pitch),
          to: UnsafeMutableBufferPointer(start: pass.dstate, count: cell.units * pitch))
        if let lengths, pass.isReverse {
          dstate.mask(t, lengths: lengths)
          dcells.mask(t, lengths: lengths)
        }
        cell.backward(t, pass)
      }
      cell.addGradients(pass)
      addInputGradients(x, direction, pass)
      if let dx { passOn(direction, pass, into: dx) }
    }
  }

  private func addInputGradients(_ x: Input, _ direction: Int, _ pass: RecurrentPass) {
    let slot = firstSlot + direction * directionSlots
    let weight = pass.contribution!.slot(slot)
    switch x {
    case .symbols(let symbols):
      if !weight.adds { weight.elements.update(repeating: 0) }
      pass.sums.scatter(
        into: weight.elements.baseAddress!, symbols: symbols, columns: batch, steps: steps)
    case .values(let values) where isSparse:
      SequenceProduct.outerSparse(
        pass.sums, values, into: weight.elements.baseAddress!, columns: batch, steps: steps,
        accumulate: weight.adds, room: sparseRoom(direction))
    case .values(let values):
      SequenceProduct.outer(
        pass.sums, values, into: weight.elements.baseAddress!, columns: batch, steps: steps,
        accumulate: weight.adds)
    }
    if !cell.biasRows.isEmpty {
      let bias = pass.contribution!.slot(slot + 1)
      pass.sums.rows(cell.biasRows).rowSums(
        steps: steps, into: bias.elements.baseAddress!, accumulate: bias.adds)
    }
  }

  /// dx (+)= Wᵀ da.
  private func passOn(_ direction: Int, _ pass: RecurrentPass, into dx: TimeSlices) {
    let count = SequenceProduct.packedCount(rows: input.count, inner: cell.sumRows)
    let packed = memory.reserve(.packedInput, direction, count)
    SequenceProduct.pack(
      pass.weights[firstSlot + direction * directionSlots], row: 1, column: input.count, rows: input.count,
      inner: cell.sumRows, columns: batch, steps: steps, into: packed)
    SequenceProduct.multiply(
      packed, pass.sums, into: dx, columns: batch, steps: steps, accumulate: direction > 0)
  }
}

extension RecurrentLayer {
  /// Takes the initial states of the batch from `elements` `[carriedCount, places]`.
  func restore(from elements: UnsafePointer<Float>, places: Int, first: Int) {
    let pass = passes[0]
    for row in 0..<cell.stateRows {
      (pass.stateBefore(0) + row * pitch).update(from: elements + row * places + first, count: batch)
    }
    for row in 0..<cell.cellRows {
      let place = (cell.stateRows + row) * places + first
      (pass.cellBefore(0) + row * pitch).update(from: elements + place, count: batch)
    }
  }

  /// Writes the states at the end of each sequence into `elements` `[carriedCount, places]`.
  func save(to elements: UnsafeMutablePointer<Float>, places: Int, first: Int, lengths: UnsafePointer<Int32>)
  {
    let pass = passes[0]
    for column in 0..<batch {
      let last = max(Int(lengths[column]), 1) - 1
      for row in 0..<cell.stateRows {
        elements[row * places + first + column] = pass.state(last)[row * pitch + column]
      }
      for row in 0..<cell.cellRows {
        elements[(cell.stateRows + row) * places + first + column] = pass.cell(last)[row * pitch + column]
      }
    }
  }
}
