/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "kernel/module-pack.h"

/* As module_read() lays them out: a name, and behind it its namespace, if it has one. */
static char import_names[] = "kfree\0kmalloc\0printk";
static char export_names[] = "bar_add\0bar_take\0BAR";
static char name[] = "bar", vermagic[] = "6.4.0-1-default SMP ", license[] = "GPL v2";
static char alias[] = "pci:v00008086d*", other_alias[] = "", key_id[] = "abcd", hash[] = "sha256";
static char *licenses[] = { license }, *aliases[] = { alias, other_alias };
static uint8_t value[] = { 1, 0, 2 };

static struct module_import imports[] = {
	{ .name = import_names, .crc = 0x1111, .has_crc = true },
	{ .name = import_names + 6, .weak = true },
	{ .name = import_names + 14, .crc = 0xffffffff, .has_crc = true },
};
static struct symbol exports[] = {
	{ .name = export_names, .exporter = name, .crc = 0x2222, .has_crc = true },
	{ .name = export_names + 8,
	  .exporter = name,
	  .name_space = export_names + 17,
	  .gpl_only = true,
	  .kind_known = true },
};

/* Borrows everything. */
static struct module make_module(void)
{
	return (struct module){
		.name = name,
		.arch = "x86_64",
		.vermagic = vermagic,
		.licenses = { licenses, COUNT(licenses) },
		.gpl_compatible = true,
		.aliases = { aliases, COUNT(aliases) },
		.imports = imports,
		.import_count = COUNT(imports),
		.exports = exports,
		.export_count = COUNT(exports),
		.has_versions = true,
		.signature = { .present = true,
			       .form = SIGNATURE_ODD,
			       .key_id = key_id,
			       .hash = hash,
			       .value = { value, sizeof(value) },
			       .covered = 4711 },
		.compression = COMPRESSION_XZ,
		.import_names = import_names,
		.export_names = export_names,
	};
}

/* What is kept of MODULE; to be released. */
static struct pack written(struct module *module)
{
	struct pack pack = { 0 };

	module_pack(&pack, module);
	assert_int_equal(pack.failure, 0);
	return pack;
}

/* Read SIZE bytes at DATA: what pack_end() says. */
static int read_back(uint8_t *data, size_t size, struct module *ret)
{
	auto_pack struct pack pack = { .reads = true, .data = data, .size = size };

	module_pack(&pack, ret);
	return pack_end(&pack);
}

static void assert_text(const char *wanted, const char *got)
{
	if (wanted)
		assert_string_equal(got, wanted);
	else
		assert_null(got);
}

static void assert_lists(const struct strings *wanted, const struct strings *got)
{
	assert_int_equal(got->count, wanted->count);
	for (size_t i = 0; i < wanted->count; i++)
		assert_string_equal(got->items[i], wanted->items[i]);
}

static void assert_symbols(const struct module *wanted, const struct module *got)
{
	assert_int_equal(got->import_count, wanted->import_count);
	for (size_t i = 0; i < wanted->import_count; i++) {
		assert_string_equal(got->imports[i].name, wanted->imports[i].name);
		assert_int_equal(got->imports[i].crc, wanted->imports[i].crc);
		assert_int_equal(got->imports[i].has_crc, wanted->imports[i].has_crc);
		assert_int_equal(got->imports[i].weak, wanted->imports[i].weak);
	}
	assert_int_equal(got->export_count, wanted->export_count);
	for (size_t i = 0; i < wanted->export_count; i++) {
		const struct symbol *left = &wanted->exports[i], *right = &got->exports[i];

		assert_string_equal(right->name, left->name);
		assert_string_equal(right->exporter, left->exporter);
		assert_text(left->name_space, right->name_space);
		assert_int_equal(right->crc, left->crc);
		assert_int_equal(right->has_crc, left->has_crc);
		assert_int_equal(right->gpl_only, left->gpl_only);
		assert_int_equal(right->kind_known, left->kind_known);
		assert_int_equal(right->absent, left->absent);
	}
}

static void assert_signatures(const struct module_signature *wanted,
			      const struct module_signature *got)
{
	assert_int_equal(got->present, wanted->present);
	assert_int_equal(got->form, wanted->form);
	assert_text(wanted->signer, got->signer);
	assert_text(wanted->key_id, got->key_id);
	assert_text(wanted->issued_id, got->issued_id);
	assert_text(wanted->hash, got->hash);
	assert_int_equal(got->value.size, wanted->value.size);
	assert_memory_equal(got->value.data, wanted->value.data, wanted->value.size);
	assert_int_equal(got->digest.size, wanted->digest.size);
	assert_int_equal(got->covered, wanted->covered);
}

static void facts_that_were_kept_are_the_same(void **state)
{
	struct module module = make_module();
	auto_pack struct pack pack = written(&module);
	auto_module struct module got = { 0 };

	(void)state;
	assert_int_equal(read_back(pack.data, pack.size, &got), 0);
	assert_string_equal(got.name, module.name);
	assert_ptr_not_equal(got.name, module.name);
	assert_string_equal(got.arch, module.arch);
	assert_string_equal(got.vermagic, module.vermagic);
	assert_null(got.version);
	assert_lists(&module.licenses, &got.licenses);
	assert_lists(&module.aliases, &got.aliases);
	assert_int_equal(got.depends.count, 0);
	assert_true(got.gpl_compatible);
	assert_true(got.has_versions);
	assert_false(got.xz_crc32_only);
	assert_int_equal(got.compression, module.compression);
	assert_signatures(&module.signature, &got.signature);
	assert_symbols(&module, &got);
}

static void a_module_that_says_nothing_is_kept_too(void **state)
{
	struct module module = { .name = name };
	auto_pack struct pack pack = written(&module);
	auto_module struct module got = { 0 };

	(void)state;
	assert_int_equal(read_back(pack.data, pack.size, &got), 0);
	assert_string_equal(got.name, name);
	assert_null(got.arch);
	assert_null(got.imports);
	assert_null(got.exports);
	assert_false(got.signature.present);
}

static void facts_that_are_cut_are_none(void **state)
{
	struct module module = make_module();
	auto_pack struct pack pack = written(&module);

	(void)state;
	for (size_t size = 0; size < pack.size; size++) {
		auto_free uint8_t *copy = malloc(size + 1);
		auto_module struct module got = { 0 };

		memcpy(copy, pack.data, size);
		assert_int_equal(read_back(copy, size, &got), -EBADMSG);
	}
}

static void facts_with_more_behind_are_none(void **state)
{
	struct module module = make_module();
	auto_pack struct pack pack = written(&module);
	auto_module struct module got = { 0 };
	auto_free uint8_t *copy = calloc(1, pack.size + 1);

	(void)state;
	memcpy(copy, pack.data, pack.size);
	assert_int_equal(read_back(copy, pack.size + 1, &got), -EBADMSG);
}

/* As nobody's checksums would let pass: whatever is accepted can be used. */
static void facts_with_any_byte_changed_can_be_walked_through(void **state)
{
	static const uint8_t changes[] = { 0x01, 0x80, 0xff };
	struct module module = make_module();
	auto_pack struct pack pack = written(&module);
	size_t refused = 0, accepted = 0;

	(void)state;
	for (size_t i = 0; i < pack.size * COUNT(changes); i++) {
		auto_free uint8_t *copy = malloc(pack.size);
		auto_module struct module got = { 0 };
		int r;

		memcpy(copy, pack.data, pack.size);
		copy[i / COUNT(changes)] ^= changes[i % COUNT(changes)];
		r = read_back(copy, pack.size, &got);
		refused += r < 0;
		accepted += r == 0;
		for (size_t j = 1; r == 0 && j < got.import_count; j++)
			assert_true(strcmp(got.imports[j - 1].name, got.imports[j].name) < 0);
		for (size_t j = 0; r == 0 && j < got.export_count; j++)
			assert_ptr_equal(got.exports[j].exporter, got.name);
	}
	assert_true(refused > pack.size);
	assert_true(accepted > 0);
}

static void names_out_of_order_are_none(void **state)
{
	struct module module = make_module();
	struct module_import swapped[] = { imports[1], imports[0], imports[2] };
	auto_pack struct pack pack = { 0 };

	(void)state;
	module.imports = swapped;
	module_pack(&pack, &module);
	assert_int_equal(pack.failure, -EBADMSG);
}

/* They are judged after they were kept: nothing of them may be lost where memory is. */
static void facts_that_cannot_be_kept_stay_as_they_are(void **state)
{
	struct module_import own_imports[COUNT(imports)];
	struct symbol own_exports[COUNT(exports)];
	struct module wanted = make_module(), module = make_module();
	struct pack pack = { .failure = -ENOMEM };

	(void)state;
	memcpy(own_imports, imports, sizeof(imports));
	memcpy(own_exports, exports, sizeof(exports));
	module.imports = own_imports;
	module.exports = own_exports;
	module_pack(&pack, &module);
	assert_int_equal(pack.failure, -ENOMEM);
	assert_true(module.gpl_compatible);
	assert_true(module.has_versions);
	assert_int_equal(module.compression, wanted.compression);
	assert_signatures(&wanted.signature, &module.signature);
	assert_symbols(&wanted, &module);
	module.imports = (struct module_import[]){ imports[1], imports[0], imports[2] };
	pack.failure = 0;
	module_pack(&pack, &module);
	assert_int_equal(pack.failure, -EBADMSG);
	assert_int_equal(module.import_count, COUNT(imports));
	assert_true(module.exports[1].gpl_only);
	pack_done(&pack);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(facts_that_cannot_be_kept_stay_as_they_are),
		cmocka_unit_test(facts_that_were_kept_are_the_same),
		cmocka_unit_test(a_module_that_says_nothing_is_kept_too),
		cmocka_unit_test(facts_that_are_cut_are_none),
		cmocka_unit_test(facts_with_more_behind_are_none),
		cmocka_unit_test(facts_with_any_byte_changed_can_be_walked_through),
		cmocka_unit_test(names_out_of_order_are_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
