/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "fuzz.h"
#include "trust/armor.h"
#include "trust/key.h"

static void check_key(const struct key *key)
{
	auto_free char *printable = key->owner ? text_printable(key->owner) : NULL;

	promise(key->count > 0);
	promise(!key->owner || text_equal(key->owner, printable));
	for (size_t i = 0; i < key->count; i++) {
		const struct key_part *part = &key->parts[i];

		promise(part->packet.size > 0 && part->packet.size <= KEY_PACKET_MAX + 3);
		promise(!part->may_sign || packet_algorithm_name(part->facts.algorithm));
		/* A subkey that nobody bound is not there. */
		promise(i == 0 || part->stated != 0);
	}
}

/* Each packet is read as both kinds, whatever it says it is. */
static void check_packets(const struct bytes *packets)
{
	struct packet packet;
	size_t at = 0;

	while (packet_next(packets->data, packets->size, &at, &packet) > 0) {
		struct packet_signature signature;
		struct packet_key key;
		int r = packet_key(&packet, &key);

		promise(r == 0 || r == -EBADMSG || r == -ENOTSUP);
		r = packet_signature(&packet, &signature);
		promise(r == 0 || r == -EBADMSG || r == -ENOTSUP);
		promise(r != 0 || !signature.embedded ||
			(signature.embedded >= packet.body &&
			 signature.embedded + signature.embedded_size <=
				 packet.body + packet.size));
	}
	promise(at <= packets->size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_bytes struct bytes file = fuzz_bytes(data, size);
	auto_bytes struct bytes packets = { 0 };
	size_t at = 0, before;
	int r;

	r = armor_decode(&file, ARMOR_KEY, &packets);
	promise(r == 0 || r == -ENODATA || r == -EBADMSG);
	if (r < 0)
		return 0;
	check_packets(&packets);
	do {
		auto_key struct key key = { 0 };

		before = at;
		r = key_read(packets.data, packets.size, &at, &key);
		promise(r == 0 || r == 1 || r == -EBADMSG || r == -ENOTSUP);
		if (r == 1)
			check_key(&key);
		promise(at > before || at == packets.size);
	} while (at < packets.size);
	return 0;
}
