/** The headers that the studio wants from its host. The service worker sets them where the host does not. */

/** Of nothing at all: Plotly makes an empty style element and writes its rules through the DOM, which no policy forbids. */
const emptyStyle = "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='";

/** Nothing leaves the tab: no request to another origin, no script and no style but the studio's own. */
const policy = [
  "default-src 'self'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data: blob:",
  `style-src 'self' ${emptyStyle}`,
  "object-src 'none'",
  "frame-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
];

/** What the page says itself. */
export const pagePolicy = policy.join('; ');

/** As a header it may also say who frames the page. */
export const contentSecurityPolicy = [...policy, "frame-ancestors 'none'"].join('; ');

/** Cross-origin isolated, so that wasm may use threads. */
export const isolation = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

export const headers: Readonly<Record<string, string>> = {
  ...isolation,
  'Content-Security-Policy': contentSecurityPolicy,
  'X-Content-Type-Options': 'nosniff',
};
