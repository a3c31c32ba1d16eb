/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/piece.h"

#include <inttypes.h>
#include <stdio.h>

/** Version of the machine interface: readers refuse what they do not know. */
#define FORMAT 1

void piece_set_known(struct json *object, const char *key, const char *text)
{
	if (text)
		json_set_text(object, key, text);
}

struct json *piece_document(void)
{
	struct json *document = json_new_object();

	json_set_number(document, "format", FORMAT);
	json_set_text(document, "tool", "kmp-match " KMP_MATCH_VERSION);
	return document;
}

struct json *piece_texts(const struct strings *strings)
{
	struct json *array = json_new_array();

	for (size_t i = 0; i < strings->count; i++)
		json_append_text(array, strings->items[i]);
	return array;
}

struct json *piece_error(const struct error *error)
{
	struct json *object = json_new_object();

	json_set_text(object, "what", error->what);
	json_set_text(object, "on", error->on);
	json_set_text(object, "why", error->why);
	json_set_text(object, "hint", error->hint);
	return object;
}

void piece_add_diagnostics(struct json *array, const struct diagnostics *list)
{
	for (size_t i = 0; i < list->count; i++) {
		struct json *object = json_new_object();

		json_set_text(object, "id", list->items[i].id);
		json_set_text(object, "text", list->items[i].text);
		json_set_text(object, "culprit", list->items[i].culprit);
		json_append(array, object);
	}
}

struct json *piece_diagnostics(const struct diagnostics *list)
{
	struct json *array = json_new_array();

	piece_add_diagnostics(array, list);
	return array;
}

static void set_answer(struct json *object, const char *key, enum answer answer)
{
	if (answer != ANSWER_UNKNOWN)
		json_set_bool(object, key, answer == ANSWER_YES);
}

static void set_enforcement(struct json *object, const struct kernel *kernel)
{
	const struct enforcement *enforcement = &kernel->enforcement;

	set_answer(object, "checks_signatures", enforcement->checks);
	set_answer(object, "sig_enforce", enforcement->sig_enforce);
	piece_set_known(object, "lockdown", lockdown_id(enforcement->lockdown));
	set_answer(object, "secure_boot", enforcement->secure_boot);
	if (kernel->signers.keys_known)
		json_set_number(object, "keys", (int64_t)kernel->signers.keys.count);
	if (enforcement->tells_supported == ANSWER_YES)
		json_set_bool(object, "refuses_unsupported",
			      enforcement_asks_support(enforcement) == ANSWER_YES);
}

struct json *piece_kernel(const struct kernel *kernel)
{
	struct json *object = json_new_object();

	piece_set_known(object, "release", kernel->release);
	piece_set_known(object, "flavor", kernel->flavor);
	piece_set_known(object, "arch", kernel->arch);
	if (kernel->symbols)
		json_set_number(object, "symbols", (int64_t)symbol_table_count(kernel->symbols));
	json_set_text(object, "symbols_from", kernel->symbols_from);
	if (kernel->symbols)
		json_set_bool(object, "symbols_complete", kernel->symbols_complete);
	set_enforcement(object, kernel);
	json_set(object, "diagnostics", piece_diagnostics(&kernel->diagnostics));
	return object;
}

struct json *piece_device(const struct device *device)
{
	struct json *object = json_new_object();

	json_set_text(object, "path", device->path);
	piece_set_known(object, "bus", device->bus);
	json_set(object, "modaliases", piece_texts(&device->modaliases));
	piece_set_known(object, "name", device->name);
	if (device->driver || device->driver_known)
		json_set_text(object, "driver", device->driver);
	return object;
}

static void set_crc(struct json *object, const char *key, bool known, uint32_t crc)
{
	char text[sizeof("0x00000000")];

	if (!known)
		return;
	snprintf(text, sizeof(text), "0x%08" PRIx32, crc);
	json_set_text(object, key, text);
}

static struct json *findings_array(const struct kabi *kabi)
{
	struct json *array = json_new_array();

	for (size_t i = 0; i < kabi->finding_count; i++) {
		const struct kabi_finding *finding = &kabi->findings[i];
		struct json *object = json_new_object();

		json_set_text(object, "module", finding->module);
		json_set_text(object, "fault", proof_fault_id(finding->fault));
		json_set_text(object, "symbol", finding->symbol);
		set_crc(object, "wanted", finding->has_wanted, finding->wanted);
		set_crc(object, "found", finding->has_found, finding->found);
		json_set_text(object, "cause", finding->cause);
		json_append(array, object);
	}
	return array;
}

struct json *piece_kabi(const struct kabi *kabi)
{
	struct json *object = json_new_object();

	json_set_text(object, "status", kabi_status_id(kabi->status));
	json_set_number(object, "checked", (int64_t)kabi->checked);
	json_set(object, "missing", piece_texts(&kabi->missing));
	json_set(object, "differing", piece_texts(&kabi->differing));
	json_set(object, "unverified", piece_texts(&kabi->unverified));
	json_set(object, "findings", findings_array(kabi));
	return object;
}

/* Unsigned: it has no key, owner and checksum; otherwise what is absent is not known. */
struct json *piece_trust(const struct trust *trust)
{
	void (*set)(struct json * object, const char *key, const char *text) =
		trust->status == TRUST_UNSIGNED ? json_set_text : piece_set_known;
	struct json *object = json_new_object();

	json_set_text(object, "status", trust_status_id(trust->status));
	if (trust->status == TRUST_UNCHECKED)
		return object;
	json_set_text(object, "way", trust_way_id(trust->way));
	set(object, "key", trust->key);
	set(object, "owner", trust->owner);
	set(object, "hash", trust->hash);
	json_set_text(object, "detail", trust->detail);
	return object;
}
