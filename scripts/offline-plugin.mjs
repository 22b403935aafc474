/** Makes the built studio installable, and its service worker keep all of it. */
import { VitePWA } from 'vite-plugin-pwa';

const description =
  'Merge vision transformers and MLPs in the browser: train a Foldable SuperNet, watch it, fold it, export one plain network.';

/** @type {Partial<import('vite-plugin-pwa').ManifestOptions>} */
const manifest = {
  name: 'FS-Merge Studio',
  short_name: 'FS-Merge',
  description,
  lang: 'en',
  // All addresses are below the folder of the manifest, wherever it lies.
  start_url: './',
  scope: './',
  display: 'standalone',
  background_color: '#f5f4f0',
  theme_color: '#fffefb',
  icons: [
    { src: 'icon.svg', sizes: 'any', type: 'image/svg+xml' },
    { src: 'icon-192.png', sizes: '192x192', type: 'image/png' },
    { src: 'icon-512.png', sizes: '512x512', type: 'image/png' },
    { src: 'icon-maskable-512.png', sizes: '512x512', type: 'image/png', purpose: 'maskable' },
  ],
  // The installed studio is offered for checkpoints and takes them into the window that is open.
  file_handlers: [
    {
      action: './',
      accept: { 'application/octet-stream': ['.safetensors', '.pt', '.pth', '.npz', '.h5', '.keras', '.parquet'] },
    },
  ],
  launch_handler: { client_mode: 'focus-existing' },
};

export function offline() {
  return VitePWA({
    strategies: 'injectManifest',
    srcDir: 'src/service-worker',
    filename: 'service-worker.ts',
    // The page registers it itself, once it is quiet.
    injectRegister: false,
    manifest,
    injectManifest: {
      globPatterns: ['**/*.{html,js,css,svg,png,wasm}', 'demo/**/*.{json,npz,pt,safetensors}'],
      maximumFileSizeToCacheInBytes: 20_000_000,
    },
  });
}
