import Networks

/// How values move that no optimizer moves: what a model observes, and what adds up.
extension Networks.ParameterUpdate {
  /// v ← v + rate (scale · sum - v); a rate of 1 sets the value.
  func average(rate: Float, scale: Float) {
    for i in parameters.indices {
      let mean = scale * sum[i]
      parameters[i] = rate == 1 ? mean : parameters[i] + rate * (mean - parameters[i])
    }
  }

  /// v ← v + sum, cut to -limit ... limit.
  func addSum(limit: Float) {
    for i in parameters.indices { parameters[i] = min(max(parameters[i] + sum[i], -limit), limit) }
  }
}
