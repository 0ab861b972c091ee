#ifndef VRRPWATCH_PACKET_SOCKET_H
#define VRRPWATCH_PACKET_SOCKET_H

#include <node_api.h>

/*
 * class PacketSocket
 *   constructor(options: {ringBytes?, blockBytes?, retireMs?}, onReadable: () => void)
 *   read(slab: Uint8Array): number   copies records (packet_ring.h) into the slab, returns how many; 0 = nothing more now
 *   drops(): number                  frames that the kernel dropped since the socket was opened
 *   close(): void                    idempotent
 */
napi_status packet_socket_register(napi_env env, napi_value exports);

#endif
