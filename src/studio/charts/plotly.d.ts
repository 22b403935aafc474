/** The bundle without maps and 3D has no types of its own. */
declare module 'plotly.js-cartesian-dist-min' {
  const plotly: typeof import('plotly.js');
  export default plotly;
}
