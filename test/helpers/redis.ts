import { findProgram } from '../../server/training/engines/tensorflow/command.ts';

/** Whether this machine has a Redis server, and openssl for its certificates; set-up installs both. */
export const hasRedis = findProgram('redis-server') !== null && findProgram('openssl') !== null;
