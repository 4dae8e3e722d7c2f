"""A camera that sees a QR code. Chromium's fake device is a real stream.

It has no BarcodeDetector on Linux, so a test supplies what that would read.
"""

READS = """
  globalThis.inView = [];
  globalThis.BarcodeDetector = class {
    static async getSupportedFormats() { return ["qr_code"]; }
    async detect() { return inView.map(rawValue => ({rawValue})); }
  };
"""
