/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What packages provide is looked up by hashes: a name that is taken for another one may cost a
 * package too many, and no answer.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>

#include "base/files.h"
#include "interest-fixture.h"

/* A hash of 32 bits takes one of some 70,000 other names for one of so many. */
#define PACKAGES    8U
#define NAMES       8000U
#define NAMES_ASKED 2000000U

/* Packages of NAME, each of which provides many names. Owned. */
static char *make_offer(const char *name, const char *suffix)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	for (unsigned int i = 0; i < PACKAGES; i++) {
		fprintf(out, "package %s%u%s-1-1.noarch\n", name, i, suffix);
		for (unsigned int k = 0; k < NAMES; k++)
			fprintf(out, "provides %s-%u\n", name, i * NAMES + k);
	}
	fclose(out);
	return text;
}

static int ignore(void *context, const struct record *record)
{
	(void)context;
	(void)record;
	return 0;
}

/* Read the metadata of OFFER, of which nothing fits. */
static void scan(const char *offer, struct metadata **ret)
{
	auto_strings struct strings none = { 0 };
	auto_modalias_index struct modalias_index *hardware = NULL;
	auto_bytes struct bytes bytes = { 0 };
	auto_free char *path = NULL, *checksum = NULL;
	auto_fd int fd = -1;
	struct scratch scratch;

	scratch_make(&scratch);
	repo_write(&scratch, "1", offer);
	path = scratch_path(&scratch, "1/repodata/primary.xml");
	fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_int_equal(file_read_fd(fd, 1 << 24, &bytes), 0);
	assert_int_equal(digest_hex(DIGEST_SHA256, bytes.data, bytes.size, &checksum), 0);
	assert_int_equal(modalias_index_new(&none, &hardware), 0);
	assert_int_equal(metadata_new(ret), 0);
	assert_int_equal(metadata_scan(*ret,
				       &(struct metadata_origin){ .fd = fd,
								  .repository = "repository",
								  .name = "primary.xml",
								  .checksum = checksum,
								  .checksum_type = "sha256" },
				       &(struct interest){ .hardware = hardware, .base = true },
				       ignore, NULL, NULL),
			 0);
	scratch_remove(&scratch);
}

/* A name that nothing provides, and that ASK takes for one that something does. Owned. */
static char *find_mistaken(struct metadata *metadata, bool (*ask)(struct metadata *, const char *))
{
	for (unsigned int i = 0; i < NAMES_ASKED; i++) {
		char *name = text_format("other%u", i);

		if (ask(metadata, name))
			return name;
		free(name);
	}
	fail_msg("none of %u names was taken for another one", NAMES_ASKED);
	return NULL;
}

/* A driver for this machine that requires a name which only seems to be there. */
static void check_same(const char *offer, const char *name, const char *installed)
{
	auto_free char *driver = text_format("package n0-kmp-default-1-1.x86_64\n"
					     "supplements modalias(kernel-default:" NIC_HINT ")\n"
					     "requires %s\n",
					     name);
	struct interest_case subject = { .offers = { offer, driver }, .installed = installed };
	struct interest_outcome outcome;

	interest_compare(&subject, true, &outcome);
	if (outcome.differs)
		fail_msg("%s is required: another answer when it is %s", name, outcome.differs);
	/* What is left out of a bare base is what nobody really requires. */
	assert_non_null(strstr(outcome.whole.text, installed ? name : "n0-kmp-default"));
	interest_outcome_done(&outcome);
}

static void a_name_that_is_taken_for_a_drivers_changes_no_answer(void **state)
{
	auto_free char *offer = make_offer("f", "-firmware"), *name = NULL;
	auto_metadata struct metadata *metadata = NULL;

	(void)state;
	scan(offer, &metadata);
	name = find_mistaken(metadata, metadata_mark_providers);
	check_same(offer, name, NULL);
	check_same(offer, name, "package u0-1-1.x86_64\n");
}

static void a_name_that_is_taken_for_a_strangers_changes_no_answer(void **state)
{
	auto_free char *offer = make_offer("u", ""), *name = NULL;
	auto_metadata struct metadata *metadata = NULL;

	(void)state;
	scan(offer, &metadata);
	assert_false(metadata_mark_providers(metadata, "u-1"));
	name = find_mistaken(metadata, metadata_may_provide);
	check_same(offer, name, NULL);
	check_same(offer, name, "package u0-1-1.x86_64\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_name_that_is_taken_for_a_drivers_changes_no_answer),
		cmocka_unit_test(a_name_that_is_taken_for_a_strangers_changes_no_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
