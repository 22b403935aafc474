/** Address of the studio under test, which the test server chose; with a path, of something below it. */
export function appUrl(path = ''): string {
  const { STUDIO_URL: base } = process.env;
  if (!base) throw new Error('STUDIO_URL is not set: run these tests with Playwright, which starts the server.');
  return new URL(path, base).href;
}
