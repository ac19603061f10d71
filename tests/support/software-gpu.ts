/** Vulkan on the CPU: SwiftShader as Chromium brings it, good enough to test the webgpu engine with. */
import { existsSync, mkdtempSync, realpathSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

const DRIVER = "vk_swiftshader_icd.json";
const LOADER = "libvulkan.so.1";

/** A folder that holds both the driver and the Vulkan loader; `null` where no Chromium brings them. */
function swiftshaderDirectory(): string | null {
  const chrome = process.env.CHROME_BIN;
  const places = [
    ...(chrome && existsSync(chrome) ? [path.dirname(realpathSync(chrome))] : []),
    ...["/usr/lib/chromium", "/usr/lib/chromium-browser", "/opt/google/chrome"],
    // Where @sparticuz/chromium unpacks itself.
    tmpdir(),
  ];
  return places.find((place) => [DRIVER, LOADER].every((file) => existsSync(path.join(place, file)))) ?? null;
}

/** Environment for a child process that is to see this GPU alone; `null` where there is none. Linux only. */
export function softwareGpuEnvironment(): Record<string, string> | null {
  const directory = process.platform === "linux" ? swiftshaderDirectory() : null;
  if (directory === null) return null;
  const driver = path.join(directory, DRIVER);
  const runtime = process.env.XDG_RUNTIME_DIR ?? mkdtempSync(path.join(tmpdir(), "pairwright-xdg-"));
  return {
    LD_LIBRARY_PATH: [directory, process.env.LD_LIBRARY_PATH].filter(Boolean).join(":"),
    VK_DRIVER_FILES: driver,
    VK_ICD_FILENAMES: driver,
    XDG_RUNTIME_DIR: runtime,
  };
}
