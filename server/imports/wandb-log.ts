import protobuf from 'protobufjs';

/** One record of a `.wandb` file, as far as results need it. */
export interface WandbRecord {
  history?: { item?: WandbItem[]; step?: { num: number } };
  config?: { update?: WandbItem[]; remove?: WandbItem[] };
  run?: { runId?: string; displayName?: string; config?: WandbRecord['config']; startTime?: { seconds?: number } };
  exit?: { exitCode?: number; runtime?: number };
}

/** A key, or its parts where it is nested, and a value: as JSON, or by its type, which newer versions write. */
export interface WandbItem {
  key?: string;
  nestedKey?: string[];
  boolean?: boolean;
  integer?: number;
  number?: number;
  text?: string;
  json?: string;
  valueJson?: string;
}

/** Field numbers are those of wandb/proto/wandb_internal.proto; fields that do not stand here are passed over. */
const format = protobuf.Root.fromJSON({
  nested: {
    Record: {
      fields: {
        history: { type: 'History', id: 2 },
        config: { type: 'Config', id: 5 },
        run: { type: 'Run', id: 17 },
        exit: { type: 'Exit', id: 18 },
      },
    },
    History: { fields: { item: { rule: 'repeated', type: 'Item', id: 1 }, step: { type: 'Step', id: 2 } } },
    Step: { fields: { num: { type: 'int64', id: 1 } } },
    Config: {
      fields: {
        update: { rule: 'repeated', type: 'Item', id: 1 },
        remove: { rule: 'repeated', type: 'Item', id: 2 },
      },
    },
    Run: {
      fields: {
        runId: { type: 'string', id: 1 },
        config: { type: 'Config', id: 4 },
        displayName: { type: 'string', id: 8 },
        startTime: { type: 'Timestamp', id: 17 },
      },
    },
    Timestamp: { fields: { seconds: { type: 'int64', id: 1 } } },
    Exit: { fields: { exitCode: { type: 'int32', id: 1 }, runtime: { type: 'int32', id: 2 } } },
    Item: {
      fields: {
        key: { type: 'string', id: 1 },
        nestedKey: { rule: 'repeated', type: 'string', id: 2 },
        boolean: { type: 'bool', id: 4 },
        integer: { type: 'sint64', id: 5 },
        number: { type: 'double', id: 6 },
        text: { type: 'string', id: 7 },
        json: { type: 'string', id: 8 },
        valueJson: { type: 'string', id: 16 },
      },
    },
  },
});

const Record = format.lookupType('Record');

/** What is no `.wandb` file. */
export class BrokenLog extends Error {
  override readonly name = 'BrokenLog';
}

/**
 * A `.wandb` file is `:W&B`, three bytes of version, and a log as LevelDB writes it: blocks of 32 KiB with chunks, each
 *
 *     checksum   uint32        length   uint16        1 whole, 2 first, 3 middle or 4 last part   uint8        the data
 *
 * The last record may be cut off: its writer may still be at it, or was killed.
 *
 * @throws BrokenLog where the bytes are something else
 */
export function* decodeWandb(bytes: Uint8Array): Generator<WandbRecord> {
  // Made, and killed before it was written to.
  if (bytes.length === 0) return;
  if (Buffer.from(bytes.subarray(0, 4)).toString('latin1') !== ':W&B')
    throw new BrokenLog('it does not begin with :W&B');
  let parts: Uint8Array[] = [];
  for (const { kind, data } of chunksOf(bytes)) {
    if (kind === WHOLE || kind === FIRST) parts = [];
    parts.push(data);
    if (kind === WHOLE || kind === LAST) yield decode(Buffer.concat(parts));
  }
}

const BLOCK = 32_768;
const FILE_HEAD = 7;
const HEAD = 7;
const [WHOLE, FIRST, LAST] = [1, 2, 4];

function* chunksOf(bytes: Uint8Array): Generator<{ kind: number; data: Uint8Array }> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = FILE_HEAD;
  while (at + HEAD <= bytes.length) {
    const left = BLOCK - (at % BLOCK);
    if (left < HEAD) {
      at += left;
      continue;
    }
    const length = view.getUint16(at + 4, true);
    const kind = bytes[at + 6]!;
    // The rest of a file that was not closed may be zeros.
    if (kind === 0 && length === 0) return;
    if (kind > LAST || HEAD + length > left) throw new BrokenLog(`the chunk at byte ${at} is damaged`);
    if (at + HEAD + length > bytes.length) return;
    yield { kind, data: bytes.subarray(at + HEAD, at + HEAD + length) };
    at += HEAD + length;
  }
}

function decode(data: Uint8Array): WandbRecord {
  try {
    return Record.toObject(Record.decode(data), { longs: Number });
  } catch (error) {
    throw new BrokenLog(`a record is damaged (${error instanceof Error ? error.message : String(error)})`);
  }
}
