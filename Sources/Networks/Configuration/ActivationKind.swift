/// The activations that a config can name.
public enum ActivationKind: String, Keyword {
  /// max(0, a).
  case relu
  /// a for a > 0, otherwise 0.01 a.
  case leakyRelu = "leaky_relu"
  /// a for a > 0, otherwise e^a - 1.
  case elu
  /// tanh a.
  case tanh
  /// 1.7159 tanh(2/3 a): LeCun 1998, appendix A; f(1) = 1, f(-1) = -1.
  case scaledTanh = "scaled_tanh"
  /// 1 / (1 + e^-a).
  case sigmoid
  /// log(1 + e^a).
  case softplus

  /// What the choice is, for errors.
  public static var title: String { "activation" }
}
