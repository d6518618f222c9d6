import CZlib
import Foundation
import Networks

/// Pictures as PNG files: grey or RGB, 8 bits a channel, no interlacing.
///
/// Source: ISO/IEC 15948, Portable Network Graphics.
public enum PNGFile {
  /// The file's bytes.
  public static func bytes(of picture: Picture) -> [UInt8] {
    var header: [UInt8] = []
    append(UInt32(picture.width), to: &header)
    append(UInt32(picture.height), to: &header)
    // 8 bits a channel; grey or RGB; deflate; the standard filters; no interlacing.
    header += [8, picture.channels == 1 ? 0 : 2, 0, 0, 0]
    var file: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
    append(chunk: "IHDR", header, to: &file)
    append(chunk: "IDAT", deflated(lines(of: picture)), to: &file)
    append(chunk: "IEND", [], to: &file)
    return file
  }

  /// Writes a picture; the file appears under its name only when it is whole.
  ///
  /// - Throws: `DataError` where the file cannot be written.
  public static func write(_ picture: Picture, to path: String) throws {
    try WholeFile.write(bytes(of: picture), to: path)
  }

  // Each line begins with the number of its filter: 0, the bytes as they are.
  private static func lines(of picture: Picture) -> [UInt8] {
    let width = picture.width * picture.channels
    var lines: [UInt8] = []
    lines.reserveCapacity((width + 1) * picture.height)
    for line in 0..<picture.height {
      lines.append(0)
      lines += picture.pixels[line * width..<(line + 1) * width]
    }
    return lines
  }

  private static func deflated(_ bytes: [UInt8]) -> [UInt8] {
    var count = compressBound(UInt(bytes.count))
    var result = [UInt8](repeating: 0, count: Int(count))
    let status = compress2(&result, &count, bytes, UInt(bytes.count), Z_DEFAULT_COMPRESSION)
    precondition(status == Z_OK, "zlib cannot compress into a buffer of its own bound (\(status))")
    return Array(result[..<Int(count)])
  }

  private static func append(chunk type: String, _ data: [UInt8], to file: inout [UInt8]) {
    let body = Array(type.utf8) + data
    append(UInt32(data.count), to: &file)
    file += body
    append(UInt32(truncatingIfNeeded: crc32(0, body, UInt32(body.count))), to: &file)
  }

  private static func append(_ value: UInt32, to bytes: inout [UInt8]) {
    withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) }
  }
}

/// Files that appear under their name only when they are whole.
enum WholeFile {
  static func write(_ bytes: [UInt8], to path: String) throws {
    do {
      try Data(bytes).write(to: URL(fileURLWithPath: path), options: .atomic)
    } catch {
      throw DataError(
        .unwritable,
        "\(path): cannot be written (\(error.localizedDescription)); check folder, rights and space")
    }
  }
}
