interface Props {
  /** Colours from −end to end. */
  table: Uint32Array;
  /** Where the colours end. */
  end: string;
  /** Whether entries go beyond. */
  clipped: boolean;
}

/** What the colours mean. */
export function ScaleLegend({ table, end, clipped }: Props) {
  const draw = (canvas: HTMLCanvasElement | null) => {
    const image = new ImageData(new Uint8ClampedArray(Uint32Array.from(table).buffer), table.length, 1);
    canvas?.getContext('2d')?.putImageData(image, 0, 0);
  };
  const beyond = clipped ? '≥ ' : '';
  return (
    <div className="scale-legend" role="img" aria-label={`Colours go from −${end} over 0 to ${end}`}>
      <canvas ref={draw} width={table.length} height={1} />
      <span>
        {clipped ? '≤ ' : ''}−{end}
      </span>
      <span>0</span>
      <span data-testid="matrix-max">
        {beyond}
        {end}
      </span>
    </div>
  );
}
