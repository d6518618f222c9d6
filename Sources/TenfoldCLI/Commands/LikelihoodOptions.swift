import ArgumentParser
import Networks

/// How `tenfold evaluate` computes the likelihood of a machine with an energy.
struct LikelihoodOptions: ParsableArguments {
  @Option(
    help: """
      The mean log-probability of the examples (auto, exact, annealed), which takes long: by counting all states of a
      side of at most 25 units, or by annealed importance sampling.
      """)
  var likelihood: LikelihoodRequest.Method?

  @Option(help: "annealed: the number of runs. Default: 100.")
  var runs: Int?

  @Option(
    help: "annealed: the number of equal steps of the temperature. Default: the 14,500 uneven ones of 2008.")
  var betas: Int?

  /// What is asked for: these options, where given, in place of the config's.
  ///
  /// - Throws: `UsageError` where options stand without what they belong to.
  func request(configured: LikelihoodRequest?) throws -> LikelihoodRequest? {
    guard let likelihood else {
      guard var request = configured else {
        guard runs == nil, betas == nil else {
          throw UsageError("--runs and --betas belong to --likelihood annealed: say that, too")
        }
        return nil
      }
      request.runs = runs ?? request.runs
      request.betas = betas ?? request.betas
      return request
    }
    guard likelihood != .exact else { return LikelihoodRequest(.exact, runs: runs, betas: betas) }
    return LikelihoodRequest(
      likelihood, runs: runs ?? configured?.runs, betas: betas ?? configured?.betas)
  }
}

extension LikelihoodRequest.Method: ExpressibleByArgument {}
