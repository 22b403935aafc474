import { defineConfig, devices } from '@playwright/test';
import { systemBrowser } from './scripts/browser.mjs';

const minute = 60_000;

export default defineConfig({
  testDir: 'e2e',
  testMatch: '*.spec.ts',
  // Training without a hardware GPU takes its time.
  timeout: 5 * minute,
  expect: { timeout: minute / 2 },
  workers: 1,
  forbidOnly: Boolean(process.env.CI),
  outputDir: 'test-results/e2e',
  reporter: [['list'], ['json', { outputFile: 'test-results/e2e.json' }]],
  use: {
    ...devices['Desktop Chrome'],
    // The server tells its free port: see webServer.wait.
    baseURL: process.env.STUDIO_URL,
    viewport: { width: 1440, height: 900 },
    trace: 'retain-on-failure',
    // Every journey is a first visit; one that is not allows them.
    serviceWorkers: 'block',
    launchOptions: {
      executablePath: systemBrowser(),
      args: [
        '--no-sandbox',
        '--enable-unsafe-webgpu',
        // WebGPU stays; the page itself is drawn without the software GPU, which would take a core from the training.
        '--disable-gpu-rasterization',
        '--disable-gpu-compositing',
        '--disable-quic',
        '--disable-background-networking',
        '--disable-component-update',
        '--no-first-run',
      ],
    },
  },
  webServer: {
    command: 'node e2e/support/serve.mjs',
    wait: { stdout: /FS-Merge Studio: (?<studio_url>\S+)/ },
    timeout: minute,
  },
});
