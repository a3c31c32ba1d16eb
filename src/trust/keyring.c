/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "trust/keyring.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/files.h"
#include "base/text.h"
#include "trust/armor.h"

struct keyring {
	const struct keyring *parent; /* borrowed */
	struct key *keys;
	size_t count;
	struct bytes *revocations; /* packets that came without the key that they revoke */
	size_t revocation_count;
};

int keyring_new(const struct keyring *parent, struct keyring **ret)
{
	struct keyring *keyring = calloc(1, sizeof(*keyring));

	if (!keyring)
		return -ENOMEM;
	keyring->parent = parent;
	*ret = keyring;
	return 0;
}

struct keyring *keyring_free(struct keyring *keyring)
{
	for (size_t i = 0; keyring && i < keyring->count; i++)
		key_done(&keyring->keys[i]);
	for (size_t i = 0; keyring && i < keyring->revocation_count; i++)
		bytes_done(&keyring->revocations[i]);
	if (keyring) {
		free(keyring->keys);
		free(keyring->revocations);
	}
	free(keyring);
	return NULL;
}

static struct key *find_key(const struct keyring *keyring, const struct key *like)
{
	for (size_t i = 0; i < keyring->count; i++)
		if (key_same(&keyring->keys[i], like))
			return &keyring->keys[i];
	return NULL;
}

/* What KEYRING has against KEY, or knows of it. */
static int learn(const struct keyring *keyring, struct key *key)
{
	const struct key *known = find_key(keyring, key);
	int r = known ? key_merge(key, known) : 0;

	for (size_t i = 0; i < keyring->revocation_count && r == 0; i++) {
		const struct bytes *bytes = &keyring->revocations[i];
		struct packet packet = { 0 };
		size_t at = 0;

		if (packet_next(bytes->data, bytes->size, &at, &packet) > 0)
			r = key_revoke(key, &packet);
	}
	return r;
}

/* Takes over KEY. A parent's copy may be the one that was revoked: what it says counts here too. */
static int add_key(struct keyring *keyring, struct key *key)
{
	struct key *known = find_key(keyring, key);
	int r = 0;

	if (known)
		return key_merge(known, key);
	for (const struct keyring *from = keyring; from && r == 0; from = from->parent)
		r = learn(from, key);
	if (r < 0 || array_grow(&keyring->keys, keyring->count, sizeof(*keyring->keys)) < 0)
		return -ENOMEM;
	keyring->keys[keyring->count++] = *key;
	*key = (struct key){ 0 };
	return 0;
}

/* Its key may be known already, or come later. */
static int add_revocation(struct keyring *keyring, const struct packet *packet)
{
	struct bytes bytes = { malloc(packet->whole_size), packet->whole_size };
	int r = 0;

	if (!bytes.data || array_grow(&keyring->revocations, keyring->revocation_count,
				      sizeof(*keyring->revocations)) < 0) {
		bytes_done(&bytes);
		return -ENOMEM;
	}
	memcpy(bytes.data, packet->whole, packet->whole_size);
	keyring->revocations[keyring->revocation_count++] = bytes;
	for (size_t i = 0; i < keyring->count && r == 0; i++)
		r = key_revoke(&keyring->keys[i], packet);
	return r;
}

/* Is there at *AT, which moves behind it then, a revocation by itself, as gpg makes them? */
static bool next_revocation(const struct bytes *packets, size_t *at, struct packet *ret)
{
	struct packet_signature signature;
	size_t next = *at;

	if (packet_next(packets->data, packets->size, &next, ret) <= 0 ||
	    ret->tag != PACKET_SIGNATURE || packet_signature(ret, &signature) < 0 ||
	    signature.kind != SIGNATURE_REVOKES_KEY)
		return false;
	*at = next;
	return true;
}

static const char *unusable_why(int r)
{
	switch (r) {
	case -ENOTSUP:
		return "it has a key that is secret, or not of version 4";
	case -ENODATA:
		return "it has no key";
	case -EBADMSG:
		return "it is damaged, or no key";
	case -EFBIG:
		return "it is too large";
	default:
		return file_strerror(r);
	}
}

/* What R, if it is no success, leaves out. 0 or -ENOMEM. */
static int tell(int r, const char *name, struct diagnostics *diagnostics)
{
	if (r >= 0 || r == -ENOMEM)
		return r;
	return diagnostics_add(diagnostics, "unusable-key", name, "the keys of %s: %s, ignoring it",
			       name, unusable_why(r));
}

static int add_packets(struct keyring *keyring, const struct bytes *packets, const char *name,
		       struct diagnostics *diagnostics)
{
	size_t at = 0;
	int r;

	do {
		auto_key struct key key = { 0 };
		struct packet packet;

		if (next_revocation(packets, &at, &packet)) {
			r = add_revocation(keyring, &packet);
			continue;
		}
		r = key_read(packets->data, packets->size, &at, &key);
		if (r > 0)
			r = add_key(keyring, &key);
		else if (r < 0)
			r = tell(r, name, diagnostics);
	} while (r == 0 && at < packets->size);
	return r;
}

int keyring_add(struct keyring *keyring, const struct bytes *bytes, const char *name,
		struct diagnostics *diagnostics)
{
	auto_bytes struct bytes packets = { 0 };
	int r = armor_decode(bytes, ARMOR_KEY, &packets);

	return r < 0 ? tell(r, name, diagnostics)
		     : add_packets(keyring, &packets, name, diagnostics);
}

int keyring_add_base64(struct keyring *keyring, const char *text, const char *name,
		       struct diagnostics *diagnostics)
{
	auto_bytes struct bytes packets = { 0 };
	int r = armor_decode_base64(text, &packets);

	return r < 0 ? tell(r, name, diagnostics)
		     : add_packets(keyring, &packets, name, diagnostics);
}

int keyring_add_file(struct keyring *keyring, int root_fd, const char *path,
		     struct diagnostics *diagnostics)
{
	auto_bytes struct bytes bytes = { 0 };
	int r = file_read_in_root(root_fd, path, KEYRING_FILE_MAX, &bytes);

	return r < 0 ? tell(r, path, diagnostics) : keyring_add(keyring, &bytes, path, diagnostics);
}

/* Is NAME in the folder FD something that is meant to be read? */
static bool is_key_file(int fd, const char *name)
{
	struct stat st;

	return name[0] != '.' && (fstatat(fd, name, &st, 0) < 0 || !S_ISDIR(st.st_mode));
}

/* Its links may lead anywhere: whoever made them may put keys there too. */
static int add_entry(struct keyring *keyring, int folder, const char *entry, const char *name,
		     struct diagnostics *diagnostics)
{
	auto_fd int fd = file_open_regular(folder, entry);
	auto_bytes struct bytes bytes = { 0 };
	int r = fd < 0 ? fd : file_read_fd(fd, KEYRING_FILE_MAX, &bytes);

	return r < 0 ? tell(r, name, diagnostics) : keyring_add(keyring, &bytes, name, diagnostics);
}

int keyring_add_folder(struct keyring *keyring, int fd, const char *name,
		       struct diagnostics *diagnostics)
{
	auto_strings struct strings entries = { 0 };
	int r = dir_names(fd, &entries);

	if (r == 0 && entries.count > KEYRING_FILES_MAX)
		r = -E2BIG;
	for (size_t i = 0; i < entries.count && r == 0; i++) {
		auto_free char *file = text_format("%s/%s", name, entries.items[i]);

		if (!file)
			r = -ENOMEM;
		else if (is_key_file(fd, entries.items[i]))
			r = add_entry(keyring, fd, entries.items[i], file, diagnostics);
	}
	return r;
}

size_t keyring_count(const struct keyring *keyring)
{
	size_t count = 0;

	for (; keyring; keyring = keyring->parent)
		count += keyring->count;
	return count;
}

static const struct key_part *find_part(const struct key *key, const uint8_t *id, size_t *nth)
{
	for (size_t i = 0; i < key->count; i++)
		if (memcmp(key->parts[i].id, id, PACKET_KEY_ID) == 0 && (*nth)-- == 0)
			return &key->parts[i];
	return NULL;
}

const struct key_part *keyring_find(const struct keyring *keyring, const uint8_t *id, size_t nth,
				    const struct key **ret_key)
{
	for (; keyring; keyring = keyring->parent) {
		for (size_t i = 0; i < keyring->count; i++) {
			const struct key_part *part = find_part(&keyring->keys[i], id, &nth);

			if (part) {
				*ret_key = &keyring->keys[i];
				return part;
			}
		}
	}
	return NULL;
}
