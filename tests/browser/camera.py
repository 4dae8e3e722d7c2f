"""A camera that sees a square code. Chromium's fake device is a real stream; on Linux it has no BarcodeDetector, so a
test says what that would read."""

READS = """
  globalThis.inView = [];
  globalThis.BarcodeDetector = class {
    static async getSupportedFormats() { return ["qr_code"]; }
    async detect() { return inView.map(rawValue => ({rawValue})); }
  };
"""
