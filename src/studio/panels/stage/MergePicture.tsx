/** Two networks that become one: lanes of layers, each giving into the stream between them. */
const layers = [0, 1, 2, 3, 4];
const step = 84;
const first = 60;

export function MergePicture() {
  return (
    <svg className="merge-picture" viewBox="0 0 480 190" aria-hidden="true">
      <path className="stream" d={`M${first - 40} 95H440`} />
      {layers.map((layer) => {
        const x = first + layer * step;
        return (
          <g key={layer}>
            <path className="flow" stroke="var(--source-0)" d={`M${x + 22} 40c14 0 18 20 18 47`} />
            <path className="flow" stroke="var(--source-1)" d={`M${x + 22} 150c14 0 18-20 18-47`} />
            <rect
              className="layer"
              x={x - 22}
              y={22}
              width={44}
              height={36}
              rx={7}
              stroke="var(--source-0)"
              fill="var(--source-0)"
            />
            <rect
              className="layer"
              x={x - 22}
              y={132}
              width={44}
              height={36}
              rx={7}
              stroke="var(--source-1)"
              fill="var(--source-1)"
            />
            <rect x={x + 36} y={72} width={8} height={22} rx={2} fill="var(--source-0)" />
            <rect x={x + 36} y={96} width={8} height={22} rx={2} fill="var(--source-1)" />
          </g>
        );
      })}
    </svg>
  );
}
