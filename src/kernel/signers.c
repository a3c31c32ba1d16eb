/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/signers.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/text.h"
#include "kernel/efi-list.h"

/** Columns before the description: id, flags, count, expiry, rights, owner, group, type. */
#define COLUMNS 8
/** As much of the type "asymmetric" as its column shows (proc_keys(5)). */
#define TYPE    "asymmetri"
#define KEYRING "keyring "

static bool is_hexadecimal(const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (text_hex_digit(text[i]) < 0 || (text[i] >= 'A' && text[i] <= 'F'))
			return false;
	return length > 0;
}

/*
 * DESCRIPTION is "SUBJECT: ID: X509.rsa 14011249 []": the subject's key identifier, else the
 * serial number (Linux: crypto/asymmetric_keys/x509_public_key.c). The subject may hold ": ".
 */
static int add_key(struct strings *list, const char *description)
{
	const char *end = strstr(description, ": X509."), *start;

	for (const char *next = end; next; next = strstr(next + 1, ": X509."))
		end = next;
	if (!end)
		return 0;
	for (start = end; start > description && start[-1] != ' '; start--)
		;
	if (start < description + 2 || start[-2] != ':' ||
	    !is_hexadecimal(start, (size_t)(end - start)))
		return 0;
	return strings_add_length(list, start, (size_t)(end - start));
}

/*
 * How many keys the keyring in LINE has, if modules are checked against it: the one that every
 * kernel has, and that of enrolled keys (Linux: certs/system_keyring.c). 0 for any other.
 */
static size_t count_trusted(const char *line)
{
	static const char *const names[] = { ".builtin_trusted_keys: ", ".machine: " };

	if (!text_starts(line, KEYRING))
		return 0;
	line += strlen(KEYRING);
	line += strspn(line, " ");
	for (size_t i = 0; i < COUNT(names); i++)
		if (text_starts(line, names[i]))
			return strtoul(line + strlen(names[i]), NULL, 10);
	return 0;
}

/* What a listing promises and what it shows: some see the keyrings and not the keys. */
struct tally {
	size_t promised, shown;
};

static int add_line(struct strings *keys, char *line, struct tally *tally)
{
	size_t before = keys->count;
	int r;

	for (size_t column = 1; column < COLUMNS; column++) {
		line += strspn(line, " ");
		line += strcspn(line, " ");
	}
	line += strspn(line, " ");
	tally->promised += count_trusted(line);
	if (!text_starts(line, TYPE))
		return 0;
	line += strlen(TYPE);
	r = add_key(keys, line + strspn(line, " "));
	tally->shown += keys->count - before;
	return r;
}

int signers_add_keys(const char *text, struct signers *signers)
{
	auto_free char *copy = strdup(text);
	char *rest = copy, *line;
	struct tally tally = { 0 };
	int r = copy ? 0 : -ENOMEM;

	while (r == 0 && (line = strsep(&rest, "\n")))
		r = add_line(&signers->keys, line, &tally);
	strings_sort_unique(&signers->keys);
	signers->keys_known = tally.promised > 0 && tally.shown >= tally.promised;
	return r;
}

static int add_file(int root_fd, const char *path, enum certificate_place place,
		    struct certificates *list)
{
	auto_bytes struct bytes file = { 0 };

	if (file_read_in_root(root_fd, path, CERTIFICATE_SIZE_MAX, &file) < 0)
		return 0;
	return certificates_add(list, place, file.data, file.size);
}

/* The key of the build, where its folder is still there (Linux: certs/Makefile). */
static int add_build(int root_fd, const char *release, struct certificates *list)
{
	static const char *const formats[] = { "usr/lib/modules", "lib/modules" };
	int r = 0;

	for (size_t i = 0; i < COUNT(formats) && r == 0; i++) {
		auto_free char *path =
			text_format("%s/%s/build/certs/signing_key.x509", formats[i], release);

		r = path ? add_file(root_fd, path, CERTIFICATE_OF_BUILD, list) : -ENOMEM;
	}
	return r;
}

/* Where SUSE's packages put the certificates that they ask the owner to enroll (-ueficert). */
static int add_offered(int root_fd, struct certificates *list)
{
	static const char folder[] = "etc/uefi/certs";
	auto_fd int fd = file_open_in_root(root_fd, folder, O_RDONLY | O_DIRECTORY);
	auto_strings struct strings names = { 0 };
	int r = 0;

	if (fd < 0 || dir_names(fd, &names) < 0)
		return 0;
	for (size_t i = 0; i < names.count && r == 0; i++) {
		auto_free char *path = text_format("%s/%s", folder, names.items[i]);

		r = path ? add_file(root_fd, path, CERTIFICATE_OFFERED, list) : -ENOMEM;
	}
	return r;
}

/* shim's list, as the kernel keeps it, and as the firmware shows it: with 4 bytes in front. */
static int add_enrolled(int root_fd, struct certificates *list)
{
	static const struct {
		const char *path;
		size_t skip;
	} places[] = {
		{ "sys/firmware/efi/mok-variables/MokListRT", 0 },
		{ "sys/firmware/efi/efivars/MokListRT-605dab50-e046-4300-abb6-3dd810dd8b23", 4 },
	};

	for (size_t i = 0; i < COUNT(places); i++) {
		auto_bytes struct bytes file = { 0 };

		if (file_read_in_root(root_fd, places[i].path, EFI_LIST_SIZE_MAX, &file) == 0 &&
		    file.size > places[i].skip)
			return efi_list_add(file.data + places[i].skip, file.size - places[i].skip,
					    list);
	}
	return 0;
}

/*
 * Where this is missing, the kernel keeps the owner's keys for other uses, unless its distribution
 * has patched that (Linux: machine_keyring.c, uefi_check_trust_mok_keys()). Of a list in parts,
 * MokListRT1 and on, it reads none: neither does this.
 */
static bool owner_counts(int root_fd)
{
	static const char path[] = "sys/firmware/efi/mok-variables/MokListTrustedRT";
	auto_fd int fd = file_open_in_root(root_fd, path, O_PATH | O_NOFOLLOW);

	return fd >= 0;
}

int signers_find(int root_fd, const char *release, bool running, struct signers *signers)
{
	auto_bytes struct bytes keys = { 0 };
	int r = add_build(root_fd, release, &signers->certificates);

	if (r == 0 && running)
		r = add_enrolled(root_fd, &signers->certificates);
	signers->owner_counts = running && owner_counts(root_fd);
	if (r == 0)
		r = add_offered(root_fd, &signers->certificates);
	if (r == 0 && running &&
	    file_read_in_root(root_fd, "proc/keys", PROC_FILE_SIZE_MAX, &keys) == 0)
		r = signers_add_keys((const char *)keys.data, signers);
	return r;
}

void signers_done(struct signers *signers)
{
	strings_done(&signers->own);
	strings_done(&signers->keys);
	certificates_done(&signers->certificates);
	*signers = (struct signers){ 0 };
}

const char *key_standing_id(enum key_standing standing)
{
	static const char *const ids[] = {
		[KEY_KNOWN] = "known",
		[KEY_UNKNOWN] = "unknown-key",
		[KEY_UNDETERMINED] = "undetermined",
	};

	return ids[standing];
}

const struct certificate *signers_certificate(const struct signers *signers,
					      const struct module_signature *signature)
{
	const char *wanted = signature->issued_id ? signature->issued_id : signature->key_id;

	for (size_t i = 0; wanted && i < signers->certificates.count; i++) {
		const struct certificate *certificate = &signers->certificates.items[i];

		if (text_equal(wanted,
			       signature->issued_id ? certificate->issued_id : certificate->key_id))
			return certificate;
	}
	return NULL;
}

/* /proc/keys leaves out a leading byte of 0 (Linux: x509_key_preparse()). */
static bool has_key(const struct signers *signers, const char *id)
{
	return strings_contain_sorted(&signers->keys, id) ||
	       (text_starts(id, "00") && id[2] && strings_contain_sorted(&signers->keys, id + 2));
}

/* Is CERTIFICATE one whose key the kernel must have? */
static bool vouches(const struct signers *signers, const struct certificate *certificate)
{
	return certificate->place == CERTIFICATE_OF_BUILD ||
	       (certificate->place == CERTIFICATE_ENROLLED && signers->owner_counts);
}

enum key_standing signers_ask(const struct signers *signers,
			      const struct module_signature *signature)
{
	const struct certificate *certificate = signers_certificate(signers, signature);
	const char *id =
		certificate && certificate->key_id ? certificate->key_id : signature->key_id;
	bool own = id && strings_contain_sorted(&signers->own, signature->key_id);

	if (signature->form != SIGNATURE_PLAIN || !id)
		return KEY_UNDETERMINED;
	/* The kernel lists no issuers: a number alone does not say which key it is. */
	if (!certificate && signature->issued_id)
		return own ? KEY_KNOWN : KEY_UNDETERMINED;
	if (has_key(signers, id))
		return KEY_KNOWN;
	if (signers->keys_known)
		return KEY_UNKNOWN;
	return own || (certificate && vouches(signers, certificate)) ? KEY_KNOWN : KEY_UNDETERMINED;
}
