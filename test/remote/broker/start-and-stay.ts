import { startBroker } from '../../../server/remote/broker/start-broker.ts';

/** Starts a broker, says who and where, and stays until it is killed. */
export default async function startAndStay(folder: string): Promise<void> {
  const { url } = await startBroker({ folder });
  process.stdout.write(`${JSON.stringify({ starter: process.pid, url })}\n`);
  setInterval(() => {}, 1000);
  await new Promise(() => {});
}
