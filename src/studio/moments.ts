/** Moments to begin with what can wait. */

/** Longest wait for a picture: a tab behind others is not drawn at all. In milliseconds. */
const patience = 1000;

/** Time for a first click to fetch what it needs before all the rest is fetched, in milliseconds. */
const courtesy = 3000;

/** Resolves when what React has drawn can be seen. */
export const painted = (): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, patience);
    // The second frame begins when the first one is on the screen.
    requestAnimationFrame(() => requestAnimationFrame(() => resolve()));
  });

/** Resolves after a while. */
export const quiet = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, courtesy));
