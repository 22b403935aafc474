/** A source's colour, or grey for the merge so far, which is of several. */
export function SourceMark({ colour }: { colour: number | null }) {
  return <span className="source-mark" style={{ background: sourceColour(colour) }} aria-hidden="true" />;
}

/** Colours that the style sheet has for sources; more sources begin again. */
export const sourceColours = 16;

export const sourceColour = (colour: number | null): string =>
  colour === null ? 'var(--quiet)' : `var(--source-${colour % sourceColours})`;
