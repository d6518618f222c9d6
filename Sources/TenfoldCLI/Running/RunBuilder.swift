import Checkpoints
import Cluster
import Datasets
import Networks
import Training

/// Everything between a config and a trainer, on every rank in step.
struct RunBuilder<M: Model> {
  let configuration: RunConfiguration<M.Configuration>
  /// The resolved config, as checkpoints keep it.
  let yaml: String
  let session: RankSession
  let threads: Int
  let dedicatedCoordinator: Bool
  let plan: LanePlan
  let training: TrainingConfiguration
  let preparation: Preparation
  let description: DataDescription
  let feed: any ExampleFeed
  let fingerprint: String
  /// The sets, where this rank can read them; the coordinator always can.
  let splits: DatasetSplits?

  /// Opens the data, plans the lanes and tries the model: nothing is written before all fit together. Collective.
  init(
    yaml: String, session: RankSession, threads: Int, dedicatedCoordinator: Bool, stepLimit: Int?,
    placesRoles: Bool = true
  ) throws {
    self.yaml = yaml
    self.session = session
    self.threads = threads
    self.dedicatedCoordinator = dedicatedCoordinator
    let replicas = session.replicas
    let source = try RunSource(yaml: yaml, source: "the resolved config")
    let configuration = try source.configuration(for: M.self)
    self.configuration = configuration

    var plan: LanePlan?
    try session.onEveryRank("lane plan") {
      plan = try LanePlan(
        lanes: configuration.lanes, ranks: replicas.count, dedicatedCoordinator: dedicatedCoordinator)
    }
    self.plan = plan!

    let opened = try OpenedData(configuration.data, batch: configuration.batch, session: session)
    preparation = opened.preparation
    description = opened.description
    fingerprint = opened.fingerprint
    splits = opened.splits
    var training = configuration.training(examples: opened.trainingCount, stepLimit: stepLimit)
    training.placesRoles = placesRoles
    self.training = training
    let lanePlan = plan!
    // Where roles have ranks of their own, one rank may have all lanes.
    let lanes =
      M.self is any RoleModel.Type
      ? configuration.lanes : (0..<replicas.count).map { lanePlan.lanes(of: $0).count }.max()!
    let curvature = try configuration.optimizer.makeOptimizer().curvatureExamples
    let most = min(max(training.largestLane * lanes, curvature), opened.trainingCount)
    feed = try opened.feed(session: session, largestRequest: most)
    // What can fail here fails alike on every rank: shapes and configurations that do not fit together.
    try session.onEveryRank("the model") {
      let model = try M(configuration.model, data: opened.description, maximumBatch: 1)
      try configuration.validate(for: model, training)
      if placesRoles {
        try training.checkRoles(
          of: model, ranks: replicas.count, threads: threads, dedicatedCoordinator: dedicatedCoordinator)
      }
    }
  }

  /// The trainer. Collective.
  func trainer(
    runDirectory: RunDirectory?, observer: (any RunObserver)?,
    interrupt: @escaping (Progress) -> ControlWord = { _ in ControlWord() }
  ) throws -> Trainer<M> {
    try Trainer(
      training, makeModel: { try M(configuration.model, data: description, maximumBatch: $0) },
      preparation: preparation, feed: feed, plan: plan, replicas: session.replicas,
      team: ThreadTeam(count: threads), manifest: manifest, runDirectory: runDirectory, observer: observer,
      interrupt: interrupt)
  }

  private var manifest: CheckpointManifest {
    CheckpointManifest(
      architecture: configuration.architecture, config: yaml, step: 0, epoch: 0, dataPosition: 0,
      seed: configuration.seed, lanes: configuration.lanes, datasetFingerprint: fingerprint,
      libraryVersion: Tenfold.version)
  }
}

/// The data of a run: opened by every rank, or by the coordinator for all.
struct OpenedData {
  let splits: DatasetSplits?
  let header: StreamedFeed.Header
  let preparation: Preparation
  let fingerprint: String
  let isStreamed: Bool

  /// Opens the data. Collective.
  init(_ configuration: DataConfiguration, batch: Int, session: RankSession) throws {
    isStreamed = configuration.access == .streamed && session.replicas.count > 1
    var opened: DatasetSplits?
    try session.onEveryRank("opening the data") {
      if session.isCoordinator || configuration.access == .shared {
        opened = try configuration.open(batch: batch)
      }
    }
    splits = opened
    let card = try session.fromCoordinator("description of the data") {
      let card = DataCard(
        header: StreamedFeed.Header(opened!), preparation: try configuration.preparation(for: opened!),
        fingerprint: opened!.training.fingerprint())
      return try JSON.encode(card)
    }
    let known = try JSON.decode(DataCard.self, from: card)
    header = known.header
    preparation = known.preparation
    fingerprint = known.fingerprint
  }

  /// What the coordinator tells the others.
  private struct DataCard: Codable {
    var header: StreamedFeed.Header
    var preparation: Preparation
    var fingerprint: String
  }

  /// What a model must know.
  var description: DataDescription { preparation.description(for: header.format) }
  /// The number of training examples.
  var trainingCount: Int { header.training }

  /// Where this rank's rows come from. Collective.
  func feed(session: RankSession, largestRequest: Int) throws -> any ExampleFeed {
    if isStreamed {
      return try StreamedFeed(
        header, splits: session.isCoordinator ? splits : nil, group: session.replicas,
        largestRequest: largestRequest)
    }
    return SharedFeed(splits!, rank: session.replicas.rank, largestRequest: largestRequest)
  }
}
