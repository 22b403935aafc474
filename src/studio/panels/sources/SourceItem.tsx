import type { SourceInfo } from '../../../worker/protocol.ts';
import { removeSource } from '../../actions/files.ts';
import { DropTarget } from '../../components/DropTarget.tsx';
import { IconButton } from '../../components/IconButton.tsx';
import { EditableText } from '../../components/inputs/EditableText.tsx';
import { Menu } from '../../components/Menu.tsx';
import { NeededFile } from '../../components/NeededFile.tsx';
import { QuietList } from '../../components/QuietList.tsx';
import { SourceMark, sourceColours } from '../../components/SourceMark.tsx';
import type { DraftSource } from '../../recipe/draft.ts';
import { editSource, moveSource } from '../../stores/recipe.ts';
import { colourOf, moveDown, moveUp, remove, sourceControls } from '../../text/controls/recipe.ts';
import { describeContainer, describeSource } from '../../text/describe.ts';
import { plural } from '../../text/numbers.ts';
import { ClassesFrom } from './ClassesFrom.tsx';
import { SaveMade } from './SaveMade.tsx';
import { SourceFacts } from './SourceFacts.tsx';

interface Props {
  source: DraftSource;
  /** Null while the file is not here. */
  info: SourceInfo | null;
  first: boolean;
  last: boolean;
}

const colourItems = Array.from({ length: sourceColours }, (_, colour) => ({
  value: String(colour),
  label: (
    <span className="colour-item">
      <SourceMark colour={colour} /> Colour {colour + 1}
    </span>
  ),
}));

/** One source: its task, what it is, what its weights cannot tell. */
export function SourceItem({ source, info, first, last }: Props) {
  const { file, name, colour } = source;
  return (
    <DropTarget source={file} className="source-item">
      <Menu
        label={colourOf(name)}
        className="colour-menu"
        button={<SourceMark colour={colour} />}
        items={colourItems}
        value={String(colour % sourceColours)}
        onChoose={(value) => editSource(file, () => ({ colour: Number(value) }))}
      />
      <div className="source-head">
        <EditableText
          label={sourceControls.taskName.label}
          className="source-name"
          value={name}
          onChange={(next) => editSource(file, () => ({ name: next }))}
        />
        <SaveMade file={file} />
        <IconButton icon="up" label={moveUp(name)} disabled={first} onClick={() => moveSource(file, -1)} />
        <IconButton icon="down" label={moveDown(name)} disabled={last} onClick={() => moveSource(file, 1)} />
        <IconButton icon="close" label={remove(name)} onClick={() => void removeSource(file)} />
      </div>
      {info ? <Known source={source} info={info} /> : <NeededFile file={{ name: file, role: 'source' }} />}
    </DropTarget>
  );
}

/** What the file is, and what its weights cannot tell. */
function Known({ source, info }: { source: DraftSource; info: SourceInfo }) {
  return (
    <>
      <p className="source-file">{source.file}</p>
      <p className="source-text">{describeSource(info)}</p>
      <p className="source-text">{describeContainer(info)}</p>
      <SourceFacts info={info} />
      {info.output === 'embedding' && <ClassesFrom source={source} info={info} />}
      <QuietList summary={`Assumed (${info.assumed.length})`} items={info.assumed} />
      <QuietList summary={`Ignored (${plural(info.ignored.length, 'tensor')})`} items={info.ignored} />
      <QuietList summary={`Together with ${plural(info.parts.length, 'file')}`} items={info.parts} />
    </>
  );
}
