/// A distribution of first weights whose width follows from a layer's fan-in and fan-out.
public enum InitializerRule: String, Keyword {
  /// All zero.
  case zero
  /// U(±2.4 / fan-in): LeCun, Bottou, Bengio & Haffner 1998.
  case lecun1998 = "lecun_1998"
  /// U(±2.4 / √fan-in): the same with the root, which keeps the spread of the weighted sums where inputs are not all
  /// alike. What the experiments of 1998 need to start from.
  case lecunRoot = "lecun_root"
  /// U(±√(6 / (fan-in + fan-out))): Glorot & Bengio 2010.
  case xavierUniform = "xavier_uniform"
  /// N(0, 2 / (fan-in + fan-out)): Glorot & Bengio 2010.
  case xavierNormal = "xavier_normal"
  /// U(±√(6 / fan-in)): He, Zhang, Ren & Sun 2015.
  case heUniform = "he_uniform"
  /// N(0, 2 / fan-in): He, Zhang, Ren & Sun 2015.
  case heNormal = "he_normal"
  /// U(±1 / √fan-in): what PyTorch does where nothing is said.
  case pytorch
  /// Orthonormal rows or columns: Saxe, McClelland & Ganguli 2014.
  case orthogonal

  /// What the choice is, for errors.
  public static var title: String { "initializer" }

  /// The distribution for weights of this fan-in and fan-out.
  public func initializer(fanIn: Int, fanOut: Int) -> Initializer {
    let fanIn = Double(fanIn)
    let sum = fanIn + Double(fanOut)
    return switch self {
    case .zero: .zero
    case .lecun1998: Self.symmetric(2.4 / fanIn)
    case .lecunRoot: Self.symmetric(2.4 / fanIn.squareRoot())
    case .xavierUniform: Self.symmetric((6 / sum).squareRoot())
    case .xavierNormal: .normal(mean: 0, standardDeviation: Float((2 / sum).squareRoot()))
    case .heUniform: Self.symmetric((6 / fanIn).squareRoot())
    case .heNormal: .normal(mean: 0, standardDeviation: Float((2 / fanIn).squareRoot()))
    case .pytorch: Self.symmetric(1 / fanIn.squareRoot())
    case .orthogonal: .orthogonal(gain: 1)
    }
  }

  /// The distribution of biases that goes with these weights: the same bound where the rule knows one for them
  /// (`lecun_1998`, `lecun_root`, `pytorch`), otherwise zero.
  public func biasInitializer(fanIn: Int, fanOut: Int) -> Initializer {
    switch self {
    case .lecun1998, .lecunRoot, .pytorch: initializer(fanIn: fanIn, fanOut: fanOut)
    case .zero, .xavierUniform, .xavierNormal, .heUniform, .heNormal, .orthogonal: .zero
    }
  }

  private static func symmetric(_ bound: Double) -> Initializer {
    .uniform(low: -Float(bound), high: Float(bound))
  }
}
