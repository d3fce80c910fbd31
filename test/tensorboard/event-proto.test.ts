import { describe, expect, it } from 'vitest';
import {
  decodeEvent,
  decodePluginData,
  encodeEvent,
  encodePluginData,
  TENSOR_TYPES,
} from '../../server/tensorboard/event-proto.ts';

describe('an event', () => {
  it('has the bytes that TensorBoard itself writes', () => {
    // event_pb2.Event(wall_time=1.5, step=300, summary=Summary(value=[Value(tag="train/loss", simple_value=0.25)]))
    const written = '09000000000000f83f10ac022a130a110a0a747261696e2f6c6f7373150000803e';
    const event = { wallTime: 1.5, step: 300, summary: { value: [{ tag: 'train/loss', simpleValue: 0.25 }] } };
    expect(Buffer.from(encodeEvent(event)).toString('hex')).toBe(written);
    expect(decodeEvent(Buffer.from(written, 'hex'))).toEqual(event);
  });

  it('keeps a step beyond 32 bits, values that are not finite, and tensors', () => {
    const tensor = { dtype: TENSOR_TYPES.double, tensorShape: { dim: [{ size: 2 }] }, doubleVal: [0.1, -3] };
    const value = [
      { tag: 'a', simpleValue: NaN },
      { tag: 'b', simpleValue: -Infinity },
      { tag: 'c', tensor },
    ];
    const event = { wallTime: 1.8e9, step: 2 ** 40 + 1, summary: { value } };
    expect(decodeEvent(encodeEvent(event))).toEqual(event);
  });

  it('is refused where the bytes are none', () => {
    expect(() => decodeEvent(Buffer.from('batch,loss'))).toThrow();
  });
});

describe('data of the HParams plugin', () => {
  it('has the bytes that TensorBoard itself writes', () => {
    // HParamsPluginData(session_start_info=SessionStartInfo(group_name="g", start_time_secs=2, hparams={"beta": 0.5}))
    const written = '1a1f0a110a0462657461120911000000000000e03f220167290000000000000040';
    const data = { sessionStartInfo: { hparams: { beta: { numberValue: 0.5 } }, groupName: 'g', startTimeSecs: 2 } };
    expect(Buffer.from(encodePluginData(data)).toString('hex')).toBe(written);
    expect(decodePluginData(Buffer.from(written, 'hex'))).toEqual(data);
  });

  it('keeps a name that has a meaning in JavaScript from having one', () => {
    const hparams = JSON.parse('{"__proto__": {"stringValue": "text"}, "constructor": {"boolValue": true}}');
    const read = decodePluginData(encodePluginData({ sessionStartInfo: { hparams } })).sessionStartInfo!.hparams!;
    expect(Object.getPrototypeOf(read)).toBe(Object.prototype);
    expect(({} as { stringValue?: string }).stringValue).toBeUndefined();
    expect(read['constructor']).toEqual({ boolValue: true });
  });
});
