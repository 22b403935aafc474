/** Files that look right and break one thing, format by format. */
import fc from 'fast-check';
import type { NamedBytes } from './drop.ts';
import { gzip, handmadeZip, integer, joined, json, npy, utf8 } from './make.ts';
import { oddWords } from './mutate.ts';

export type Files = fc.Arbitrary<NamedBytes[]>;

/** Names as the tensors of a model have them, and odd ones. */
const name = fc.oneof(
  fc.constantFrom(
    '0.weight',
    '0.bias',
    '2.weight',
    'head.weight',
    'blocks.0.attn.qkv.weight',
    'cls_token',
    ...oddWords,
  ),
  fc.string(),
);
/** Lengths of an axis: small, none, less than none, or more than there is. */
const axis = fc.oneof(
  { weight: 4, arbitrary: fc.nat(8) },
  { weight: 1, arbitrary: fc.constantFrom(-1, 1.5, 2 ** 31, 2 ** 53, 1e11, 1e308, null, '3', []) },
);
const shape = fc.oneof(fc.array(axis, { maxLength: 5 }), fc.constantFrom(null, 7, 'x', new Array(10_000).fill(1)));
const offset = fc.oneof(
  { weight: 4, arbitrary: fc.nat(400) },
  { weight: 1, arbitrary: fc.constantFrom(-1, 0.5, 2 ** 32, 2 ** 53, 1e300, null, 'x') },
);
const body = fc.uint8Array({ maxLength: 400 });
/** `depth` levels of the same brackets. */
const nested = (depth: number, open = '[', close = ']'): string => open.repeat(depth) + close.repeat(depth);

const tensorHeader = fc.record(
  {
    dtype: fc.oneof(fc.constantFrom('F32', 'F16', 'BF16', 'F64', 'I64', 'BOOL', 'F8_E4M3', 'U4', '', null, 3)),
    shape,
    data_offsets: fc.oneof(fc.tuple(offset, offset), fc.constantFrom(null, [], [0], {})),
  },
  { requiredKeys: [] },
);

/** A safetensors file with a header of any kind; `length`: what it says of the header's length, where that is wrong. */
export const safetensorsFiles: Files = fc
  .record({
    header: fc.oneof(
      {
        weight: 8,
        arbitrary: fc
          .array(fc.tuple(name, tensorHeader), { maxLength: 6 })
          .map(
            (entries) => `{${entries.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join()}}`,
          ),
      },
      { weight: 1, arbitrary: fc.json() },
      {
        weight: 1,
        arbitrary: fc.constantFrom(
          `{"a":${nested(100_000)}}`,
          `{"__metadata__":${JSON.stringify({ recipe: '{' })}}`,
          '{"__metadata__":{"a":1}}',
          '\ufeff{}',
          '{"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}',
        ),
      },
    ),
    length: fc.option(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), { freq: 6 }),
    data: body,
  })
  .map(({ header, length, data }) => {
    const text = utf8(header);
    return [{ name: 'model.safetensors', bytes: joined(integer(length ?? text.length, 8), text, data) }];
  });

const npyHeader = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .tuple(
        fc.constantFrom('<f4', '>f4', '<f2', '<f8', '|u1', '<i8', '|b1', '|O', '<U5', '|V4', 'f4', ''),
        fc.constantFrom('True', 'False', '1', ''),
        shape,
      )
      .map(
        ([type, order, axes]) =>
          `{'descr': '${type}', 'fortran_order': ${order}, 'shape': (${Array.isArray(axes) ? axes.join(', ') : axes},), }\n`,
      ),
  },
  {
    weight: 1,
    arbitrary: fc.oneof(
      fc.string(),
      fc.constantFrom(
        nested(50_000, '(', ')'),
        "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (2,)}",
        "{'descr': '<f4'}",
      ),
    ),
  },
);

const npyBytes = fc
  .record({
    header: npyHeader,
    version: fc.constantFrom(1, 2, 3, 9),
    length: fc.option(fc.nat(2 ** 31), { freq: 6 }),
    data: body,
  })
  .map(({ header, version, length, data }) => {
    const text = utf8(header);
    return joined(
      Uint8Array.of(0x93),
      utf8('NUMPY'),
      Uint8Array.of(version, 0),
      integer(length ?? text.length, version === 1 ? 2 : 4),
      text,
      data,
    );
  });

export const npyFiles: Files = npyBytes.map((bytes) => [{ name: 'texts.npy', bytes }]);

/** Zip archives that lie about their entries, of what the formats in zips look for. */
export const zipFiles: Files = fc
  .array(
    fc.record({
      path: fc.oneof(
        fc.constantFrom(
          'archive/data.pkl',
          'archive/data/0',
          'archive/version',
          'x_train.npy',
          'y_train.npy',
          'model.weights.h5',
          'config.json',
          'metadata.json',
          'a/0.png',
          '../x.npy',
          '/x.npy',
        ),
        name,
      ),
      bytes: fc.oneof(
        body,
        npyBytes,
        fc.constantFrom(new Uint8Array(200_000), npy('|u1', [2, 2, 2], new Uint8Array(8))),
      ),
      method: fc.constantFrom(0, 8, 12, 99),
      size: fc.option(fc.nat(2 ** 31), { nil: undefined, freq: 4 }),
      packed: fc.option(fc.nat(2 ** 31), { nil: undefined, freq: 4 }),
      offset: fc.option(fc.nat(2000), { nil: undefined, freq: 4 }),
      flags: fc.constantFrom(0, 0, 0, 1, 8, 0x800),
    }),
    { maxLength: 8 },
  )
  .chain((entries) =>
    fc
      .constantFrom('model.pt', 'images.npz', 'model.keras', 'things.zip')
      .map((file) => [{ name: file, bytes: handmadeZip(entries) }]),
  );

/** JSON beside weights, or that stands for them. */
const jsonText = fc.oneof(
  fc.json(),
  fc.constantFrom(
    nested(100_000),
    nested(5_000, '{"a":', '}'),
    '\ufeff{}',
    '{',
    '',
    'null',
    '{"__proto__":{"polluted":1}}',
    '{"constructor":{"prototype":{"polluted":1}}}',
  ),
  fc
    .dictionary(
      fc.constantFrom(
        'num_attention_heads',
        'layer_norm_eps',
        'hidden_act',
        'id2label',
        'label2id',
        'image_mean',
        'image_std',
        'size',
        'crop_size',
        'resample',
        'model_type',
        'architectures',
        'pretrained_cfg',
        'mean',
        'weight_map',
        'metadata',
        'modelTopology',
        'weightsManifest',
        'format',
        'class_name',
        '__proto__',
      ),
      fc.jsonValue({ maxDepth: 4 }),
    )
    .map((value) => JSON.stringify(value)),
);

export const sideFiles: Files = fc
  .tuple(
    fc.constantFrom(
      'config.json',
      'preprocessor_config.json',
      'model.json',
      'model.safetensors.index.json',
      'labels.txt',
      'open_clip_config.json',
    ),
    jsonText,
  )
  .map(([file, text]) => [{ name: file, bytes: utf8(text) }]);

export const tfjsFiles: Files = fc
  .record({
    weights: fc.array(
      fc.record({
        name,
        shape,
        dtype: fc.constantFrom('float32', 'float16', 'int32', 'string', 'complex64', null),
        quantization: fc.option(fc.jsonValue({ maxDepth: 2 }), { nil: undefined }),
      }),
      { maxLength: 5 },
    ),
    paths: fc.array(fc.constantFrom('group1-shard1of1.bin', '../x.bin', '', '__proto__'), { maxLength: 3 }),
    data: body,
  })
  .map(({ weights, paths, data }) => [
    {
      name: 'model.json',
      bytes: json({ format: 'layers-model', modelTopology: {}, weightsManifest: [{ paths, weights }] }),
    },
    { name: 'group1-shard1of1.bin', bytes: joined(data) },
  ]);

const cell = fc.oneof(
  { weight: 6, arbitrary: fc.nat(300).map(String) },
  { weight: 1, arbitrary: fc.constantFrom('', '-1', '1e9', 'NaN', '"a""b"', '"', 'a,b', '\u0000', '=1+1') },
);
export const tableFiles: Files = fc
  .oneof(
    fc
      .array(fc.array(cell, { maxLength: 20 }), { maxLength: 12 })
      .map((rows) => rows.map((row) => row.join()).join('\n')),
    fc.constantFrom('1,'.repeat(300_000), `${'"'.repeat(100_001)}`, `label,${'p,'.repeat(784)}\n${'0\n'.repeat(5000)}`),
  )
  .map((text) => [{ name: 'digits.csv', bytes: utf8(text) }]);

/** Archives of archives, of zeros without end, of names that leave the folder. */
export const packedFiles: Files = fc.oneof(
  fc
    .constantFrom(
      gzip(gzip(new Uint8Array(50_000_000))),
      gzip(new Uint8Array(100_000_000)),
      gzip(new Uint8Array(0)),
      gzip(utf8('1,2,3')),
    )
    .map((bytes) => [{ name: 'x.csv.gz', bytes }]),
  fc.uint8Array({ maxLength: 2000 }).map((bytes) => [{ name: 'x.tar.gz', bytes: gzip(bytes) }]),
  fc.constant(null).map(() => [
    {
      name: 'bomb.zip',
      bytes: handmadeZip([
        { path: 'a/1.png', bytes: new Uint8Array(50_000_000), method: 8 },
        { path: 'b/2.png', bytes: new Uint8Array(10), method: 8, size: 4_000_000_000 },
      ]),
    },
  ]),
);
