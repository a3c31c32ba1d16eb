/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "world-fixture.h"

#define DEFAULT_HINT(alias) "supplements modalias(kernel-default:" alias ")\n"
#define NIC                 DEFAULT_HINT(NIC_HINT)
#define DISK                DEFAULT_HINT(DISK_HINT)
#define NIC_OF_VENDOR       DEFAULT_HINT("pci:v00008086d*sv*sd*bc*sc*i*")
#define NIC_OF_SUBSYSTEM    DEFAULT_HINT("pci:v00008086d000010D3sv000015D9sd0000060Abc*sc*i*")
#define FOO(version)        "package foo-kmp-default-" version ".x86_64\n"
#define BAR(version)        "package bar-kmp-default-" version ".x86_64\n"

#define FATES_MAX 4
struct scene {
	const char *label;
	const char *repos[WORLD_SOURCES_MAX];
	struct fate fates[FATES_MAX];
};

static struct symbol_table *make_symbols(void)
{
	static const char *const names[] = { "s0", "s1", "s2" };
	struct symbol_table *table = symbol_table_new();

	for (size_t i = 0; i < COUNT(names); i++) {
		struct symbol symbol = { .name = names[i], .crc = 1, .has_crc = true };

		assert_int_equal(symbol_table_add(table, &symbol), 0);
	}
	return table;
}

static void plan_of(struct world *world, const char *const *repos)
{
	*world = (struct world){ .symbols = make_symbols() };
	memcpy(world->repos, repos, sizeof(world->repos));
	world_plan(world);
}

static void check_scenes(const struct scene *scenes, size_t count)
{
	int bad = 0;

	for (size_t i = 0; i < count; i++) {
		struct world world;

		plan_of(&world, scenes[i].repos);
		for (size_t j = 0; j < FATES_MAX && scenes[i].fates[j].package; j++)
			bad += world_check_fate(&world, &scenes[i].fates[j], scenes[i].label);
		world_done(&world);
	}
	assert_int_equal(bad, 0);
}

static void a_family_has_one_winner(void **state)
{
	static const struct scene scenes[] = {
		{ "two versions",
		  { FOO("1.0-1") NIC FOO("2.0-1") NIC },
		  { { "foo-kmp-default-2.0", "selected", NULL },
		    { "foo-kmp-default-1.0", "older", "foo-kmp-default-2.0-1.x86_64" } } },
		{ "two versions, turned",
		  { FOO("2.0-1") NIC FOO("1.0-1") NIC },
		  { { "foo-kmp-default-2.0", "selected", NULL },
		    { "foo-kmp-default-1.0", "older", "foo-kmp-default-2.0-1.x86_64" } } },
		{ "an epoch",
		  { FOO("2.0-1") NIC FOO("1:1.0-1") NIC },
		  { { "foo-kmp-default-1:1.0", "selected", NULL },
		    { "foo-kmp-default-2.0", "older", "foo-kmp-default-1:1.0-1.x86_64" } } },
		{ "the kernel in the name",
		  { "package foo-k6.4.0_150600.9-kmp-default-1.0-1.x86_64\n" NIC
		    "package foo-k6.4.0_150600.30-kmp-default-1.1-1.x86_64\n" NIC },
		  { { "foo-k6.4.0_150600.30-kmp-default", "selected", NULL },
		    { "foo-k6.4.0_150600.9-kmp-default", "older",
		      "foo-k6.4.0_150600.30-kmp-default-1.1-1.x86_64" } } },
		{ "the kernel in one of the names",
		  { "package foo-k6.4.0_150600.30-kmp-default-1.1-1.x86_64\n" NIC FOO("1.2-1")
			    NIC },
		  { { "foo-kmp-default-1.2", "selected", NULL },
		    { "foo-k6.4.0_150600.30-kmp-default", "older",
		      "foo-kmp-default-1.2-1.x86_64" } } },
		{ "one version for this very kernel",
		  { "package foo-k6.4.0_150600.30-kmp-default-1.0-1.x86_64\n" NIC
		    "package foo-k6.4.0_150600.21-kmp-default-1.0-1.x86_64\n" NIC
		    "package foo-k6.4.0_150600.9-kmp-default-1.0-1.x86_64\n" NIC },
		  { { "foo-k6.4.0_150600.21-kmp-default", "selected", NULL } } },
		{ "two families",
		  { FOO("1.0-1") NIC BAR("1.0-1") NIC },
		  { { "foo-kmp-default", "selected", NULL },
		    { "bar-kmp-default", "selected", NULL } } },
		{ "two flavors",
		  { FOO("1.0-1") NIC "package foo-kmp-rt-2.0-1.x86_64\n"
				     "supplements modalias(kernel-rt:" NIC_HINT ")\n" },
		  { { "foo-kmp-default", "selected", NULL },
		    { "foo-kmp-rt", "other-flavor", "kernel-rt" } } },
		{ "another architecture",
		  { FOO("1.0-1") NIC "package foo-kmp-default-2.0-1.aarch64\n" NIC },
		  { { "foo-kmp-default-1.0", "selected", NULL },
		    { "foo-kmp-default-2.0", "other-arch", "aarch64" } } },
	};

	(void)state;
	check_scenes(scenes, COUNT(scenes));
}

static void the_repository_counts_before_the_version(void **state)
{
	static const struct scene scenes[] = {
		{ "the first is older",
		  { FOO("1.0-1") NIC, FOO("2.0-1") NIC },
		  { { "foo-kmp-default-1.0", "selected", NULL },
		    { "foo-kmp-default-2.0", "outranked", "foo-kmp-default-1.0-1.x86_64" } } },
		{ "the first is newer",
		  { FOO("2.0-1") NIC, FOO("1.0-1") NIC },
		  { { "foo-kmp-default-2.0", "selected", NULL },
		    { "foo-kmp-default-1.0", "outranked", "foo-kmp-default-2.0-1.x86_64" } } },
		{ "the first does not fit",
		  { FOO("3.0-1") NIC "requires ksym(default:s0) = 2\n", FOO("1.0-1") NIC,
		    FOO("2.0-1") NIC },
		  { { "foo-kmp-default-1.0", "selected", NULL },
		    { "foo-kmp-default-2.0", "outranked", "foo-kmp-default-1.0-1.x86_64" },
		    { "foo-kmp-default-3.0", "kabi-mismatch", "s0" } } },
		{ "the kernel in the name",
		  { "package foo-k6.4.0_1-kmp-default-1.0-1.x86_64\n" NIC,
		    "package foo-k6.4.0_2-kmp-default-2.0-1.x86_64\n" NIC },
		  { { "foo-k6.4.0_1-kmp-default", "selected", NULL },
		    { "foo-k6.4.0_2-kmp-default", "outranked",
		      "foo-k6.4.0_1-kmp-default-1.0-1.x86_64" } } },
	};

	(void)state;
	check_scenes(scenes, COUNT(scenes));
}

/* Each scene twice, the packages in either order: nothing but rank may decide. */
static void check_rivals(const char *label, const char *best, const char *other, const char *winner,
			 const struct fate *loser)
{
	auto_free char *forwards = text_format("%s%s", best, other);
	auto_free char *backwards = text_format("%s%s", other, best);
	const struct scene scenes[] = {
		{ label, { forwards }, { { winner, "selected", NULL }, *loser } },
		{ label, { backwards }, { { winner, "selected", NULL }, *loser } },
	};

	check_scenes(scenes, COUNT(scenes));
}

#define SHARES "provides kmod(shared.ko)\n"

static void the_same_module_comes_from_the_better_family(void **state)
{
	static const struct fate foo = { "foo-kmp-default", "outranked",
					 "bar-kmp-default-1.0-1.x86_64" };
	static const struct fate bar = { "bar-kmp-default", "outranked",
					 "foo-kmp-default-2.0-1.x86_64" };

	(void)state;
	check_rivals("specificity", FOO("2.0-1") SHARES NIC_OF_SUBSYSTEM,
		     BAR("3.0-1") SHARES NIC_OF_VENDOR, "foo-kmp-default", &bar);
	check_rivals("specificity, the other name", BAR("1.0-1") SHARES NIC,
		     FOO("3.0-1") SHARES NIC_OF_VENDOR, "bar-kmp-default", &foo);
	check_rivals("version", FOO("2.0-1") SHARES NIC, BAR("1.9-1") SHARES NIC, "foo-kmp-default",
		     &bar);
	check_rivals("name", BAR("1.0-1") SHARES NIC, FOO("1.0-1") SHARES NIC, "bar-kmp-default",
		     &foo);
	check_rivals("closeness",
		     FOO("2.0-1") SHARES NIC_OF_VENDOR "requires ksym(default:s0) = 1\n",
		     BAR("3.0-1") SHARES NIC_OF_SUBSYSTEM, "foo-kmp-default", &bar);
	check_rivals("another spelling", FOO("2.0-1") "provides kmod(a-b)\n" NIC,
		     BAR("1.0-1") "provides kmod(a_b.ko)\n" NIC, "foo-kmp-default", &bar);
	check_rivals("other devices", FOO("2.0-1") SHARES DISK, BAR("1.0-1") SHARES NIC,
		     "foo-kmp-default", &bar);
}

static void conflicting_families_are_parted_by_rank(void **state)
{
	static const struct fate bar = { "bar-kmp-default", "conflict",
					 "foo-kmp-default-2.0-1.x86_64" };

	(void)state;
	check_rivals("the better one says so", FOO("2.0-1") NIC "conflicts bar-kmp-default\n",
		     BAR("3.0-1") NIC_OF_VENDOR, "foo-kmp-default", &bar);
	check_rivals("the worse one says so", FOO("2.0-1") NIC,
		     BAR("3.0-1") NIC_OF_VENDOR "conflicts foo-kmp-default\n", "foo-kmp-default",
		     &bar);
	check_rivals("version", FOO("2.0-1") NIC "conflicts bar-kmp-default\n", BAR("1.0-1") NIC,
		     "foo-kmp-default", &bar);
	check_rivals("other devices", FOO("2.0-1") NIC "conflicts bar-kmp-default\n",
		     BAR("1.0-1") DISK, "foo-kmp-default", &bar);
}

static void what_stands_in_the_way_of_a_newer_build_is_said(void **state)
{
	static const struct scene scenes[] = {
		{ "a symbol that a newer kernel has",
		  { FOO("1.0-1") NIC "requires ksym(default:s0) = 1\n" FOO("2.0-1") NIC
		    "requires ksym(default:new) = 1\n" },
		  { { "foo-kmp-default-1.0", "selected", NULL },
		    { "foo-kmp-default-2.0", "kabi-mismatch", "new" } } },
		{ "a newer kernel by name, on offer",
		  { FOO("1.0-1") NIC FOO("2.0-1") NIC
		    "requires kernel-uname-r = 6.4.0-150600.99-default\n"
		    "package kernel-default-6.4.0-150600.99.x86_64\n"
		    "provides kernel-uname-r = 6.4.0-150600.99-default\n"
		    "provides kernel = 6.4.0-150600.99\n" NIC },
		  { { "foo-kmp-default-1.0", "selected", NULL },
		    { "foo-kmp-default-2.0", "other-kernel",
		      "kernel-uname-r = 6.4.0-150600.99-default" },
		    { "kernel-default", "other-kernel", NULL } } },
		{ "a newer kernel's symbol, on offer",
		  { FOO("1.0-1") NIC "requires ksym(default:new) = 1\n"
				     "package kernel-default-6.4.0-150600.99.x86_64\n"
				     "provides kernel-uname-r = 6.4.0-150600.99-default\n"
				     "provides ksym(default:new) = 1\n" },
		  { { "foo-kmp-default", "kabi-mismatch", "new" },
		    { "kernel-default", "no candidate", NULL } } },
		{ "a package that is not there",
		  { FOO("1.0-1") NIC FOO("2.0-1") NIC
		    "requires other-kmp >= 2\n"
		    "package other-kmp-default-1.0-1.x86_64\nprovides other-kmp = 1\n" },
		  { { "foo-kmp-default-1.0", "selected", NULL },
		    { "foo-kmp-default-2.0", "missing-dependency", "other-kmp >= 2" },
		    { "other-kmp-default", "no candidate", NULL } } },
		{ "nothing that fits",
		  { FOO("1.0-1") NIC "requires ksym(default:s0) = 2\n" FOO("2.0-1") NIC
		    "requires ksym(default:s1) = 2\n" },
		  { { "foo-kmp-default-1.0", "kabi-mismatch", "s0" },
		    { "foo-kmp-default-2.0", "kabi-mismatch", "s1" } } },
	};

	(void)state;
	check_scenes(scenes, COUNT(scenes));
}

static bool same_list(const struct strings *list, const char *wanted)
{
	auto_free char *joined = strdup("");

	for (size_t i = 0; i < list->count; i++) {
		char *longer = text_format("%s%s%s", joined, i ? " " : "", list->items[i]);

		free(joined);
		joined = longer;
	}
	if (text_equal(joined, wanted))
		return true;
	print_error("wanted '%s', got '%s'\n", wanted, joined);
	return false;
}

#define WHOLE_FOO                                                                                  \
	FOO("1.0-1")                                                                               \
	NIC "requires foo-ueficert\nrequires foo-firmware >= 2\nrequires foo-tools\n"              \
	    "requires /bin/sh\nrequires coreutils\nrequires rpmlib(PayloadIsZstd) = 5.4.18-1\n"    \
	    "requires (grep if kernel-default)\nrequires bar-kmp\n"

static void what_a_driver_requires_comes_along(void **state)
{
	static const struct {
		const char *name, *verdict, *required_by;
		enum driver_role role;
	} others[] = {
		{ "foo-ueficert", "required", "foo-kmp-default-1.0-1.x86_64", ROLE_CERTIFICATE },
		{ "foo-firmware-2.1", "required", "foo-kmp-default-1.0-1.x86_64", ROLE_FIRMWARE },
		{ "bar-kmp-default", "required", "foo-kmp-default-1.0-1.x86_64", ROLE_DRIVER },
		{ "foo-kmp-default", "selected", "", ROLE_DRIVER },
		{ "tool", "selected", "", ROLE_USERSPACE },
		{ "kernel-firmware-nic", "selected", "", ROLE_FIRMWARE },
	};
	static const char *const repos[WORLD_SOURCES_MAX] = {
		WHOLE_FOO BAR(
			"1.0-1") "provides bar-kmp = 1.0\n"
				 "package foo-ueficert-1.0-1.x86_64\n"
				 "package foo-firmware-1.0-1.noarch\npackage "
				 "foo-firmware-2.1-1.noarch\n"
				 "package foo-tools-1.0-1.x86_64\npackage coreutils-9.1-1.x86_64\n"
				 "package tool-1-1.noarch\n" DISK
				 "package kernel-firmware-nic-1-1.noarch\n" NIC,
	};
	struct world world;
	int bad = 0;

	(void)state;
	plan_of(&world, repos);
	for (size_t i = 0; i < COUNT(others); i++) {
		const struct plan_package *package = world_package(&world, others[i].name);

		if (text_equal(reason_id(package->reason), others[i].verdict) &&
		    package->driver.role == others[i].role && package->selected &&
		    same_list(&package->required_by, others[i].required_by))
			continue;
		print_error("%s: %s, %s\n", others[i].name, reason_id(package->reason),
			    driver_role_id(package->driver.role));
		bad++;
	}
	assert_int_equal(bad, 0);
	world_done(&world);
}

static void a_bare_base_is_trusted_to_have_the_rest(void **state)
{
	static const char *const repos[WORLD_SOURCES_MAX] = {
		WHOLE_FOO BAR(
			"1.0-1") "provides bar-kmp = 1.0\nrequires bar-tools >= 1\n"
				 "package foo-ueficert-1.0-1.x86_64\npackage "
				 "foo-firmware-2.1-1.noarch\n"
				 "package foo-tools-1.0-1.x86_64\npackage coreutils-9.1-1.x86_64\n",
	};
	struct world world;
	const struct plan_package *foo, *bar;

	(void)state;
	plan_of(&world, repos);
	foo = world_package(&world, "foo-kmp-default");
	bar = world_package(&world, "bar-kmp-default");
	assert_true(same_list(&foo->assumed, "/bin/sh coreutils foo-tools grep"));
	assert_true(same_list(&bar->assumed, "bar-tools >= 1"));
	assert_null(world_find(&world, "coreutils"));
	assert_null(world_find(&world, "foo-tools"));
	world_done(&world);
}

/* A base that nobody looked into cannot be in conflict with anything. */
static void nothing_conflicts_with_what_is_assumed(void **state)
{
	static const char *const repos[WORLD_SOURCES_MAX] = {
		FOO("1.0-1") NIC "requires dracut >= 40\nconflicts dracut = 45\n" BAR("1.0-1") DISK
		"requires dracut >= 30\nobsoletes dracut = 31\n",
	};
	struct world world;

	(void)state;
	plan_of(&world, repos);
	assert_string_equal(world_verdict(&world, "foo-kmp-default"), "selected");
	assert_string_equal(world_verdict(&world, "bar-kmp-default"), "selected");
	world_done(&world);
}

/* Whatever it is called: a second kernel never comes along, and says so. */
static void no_other_kernel_gets_in(void **state)
{
	static const char *const repos[WORLD_SOURCES_MAX] = {
		FOO("1.0-1") NIC "requires kernel-uname-r = 9.9-default\n" BAR("1.0-1") DISK
		"package vendor-kernel-9.9-1.x86_64\nprovides kernel-uname-r = 9.9-default\n"
		"package kernel-default-extra-9.9-1.x86_64\nprovides kmod(nic.ko)\n" NIC,
	};
	struct world world;

	(void)state;
	plan_of(&world, repos);
	assert_string_equal(world_verdict(&world, "foo-kmp-default"), "other-kernel");
	assert_string_equal(world_verdict(&world, "kernel-default-extra"), "other-kernel");
	assert_null(world_find(&world, "vendor-kernel"));
	assert_string_equal(world_verdict(&world, "bar-kmp-default"), "selected");
	world_done(&world);
}

static void equal_versions_are_not_called_newer(void **state)
{
	static const char *const repos[WORLD_SOURCES_MAX] = {
		"package foo-k6.4.0_1-kmp-default-1.0-1.x86_64\nprovides kmod(foo.ko)\n" NIC
		"package foo-k6.4.0_2-kmp-default-1.0-1.x86_64\nprovides kmod(foo.ko)\n" NIC,
	};
	struct world world;
	bool first;

	(void)state;
	plan_of(&world, repos);
	first = text_equal(world_verdict(&world, "foo-k6.4.0_1-kmp-default"), "selected");
	assert_string_equal(world_verdict(&world, first ? "foo-k6.4.0_2-kmp-default"
							: "foo-k6.4.0_1-kmp-default"),
			    "outranked");
	world_done(&world);
}

/* What later stages find wrong is left out for good, and the next best takes its place. */
static void a_rejected_build_makes_room_for_the_next(void **state)
{
	static const char *const repos[WORLD_SOURCES_MAX] = { FOO("1.0-1") NIC FOO("2.0-1") NIC };
	struct world world;
	int id;

	(void)state;
	plan_of(&world, repos);
	id = world_package(&world, "foo-kmp-default-2.0")->driver.id;
	assert_int_equal(selection_reject(world.selection, id, REASON_CORRUPT, "it is cut", "x"),
			 0);
	assert_int_equal(selection_plan(world.selection, &world.plan, NULL), 0);
	assert_string_equal(world_verdict(&world, "foo-kmp-default-1.0"), "selected");
	assert_string_equal(world_verdict(&world, "foo-kmp-default-2.0"), "corrupt");
	assert_string_equal(world_package(&world, "foo-kmp-default-2.0")->detail, "it is cut");
	id = world_package(&world, "foo-kmp-default-1.0")->driver.id;
	assert_int_equal(selection_reject(world.selection, id, REASON_CORRUPT, "it too", NULL), 0);
	assert_int_equal(selection_plan(world.selection, &world.plan, NULL), 0);
	assert_int_equal(plan_selected_count(world.plan), 0);
	/* The device has a driver on offer, and none that would do. */
	assert_int_equal(world.plan->unmatched_count, 1);
	assert_string_equal(world.devices.items[world.plan->unmatched[0]].modaliases.items[0],
			    WORLD_NIC);
	world_done(&world);
}

static void modules_seen_in_a_package_count_as_its_own(void **state)
{
	static const char *const repos[WORLD_SOURCES_MAX] = { FOO("2.0-1") NIC BAR("1.0-1") NIC };
	struct world world;

	(void)state;
	plan_of(&world, repos);
	assert_int_equal(plan_selected_count(world.plan), 2);
	for (size_t i = 0; i < world.plan->count; i++)
		assert_int_equal(strings_add(&world.plan->packages[i].driver.modules, "shared"), 0);
	assert_int_equal(selection_plan(world.selection, &world.plan, NULL), 0);
	assert_string_equal(world_verdict(&world, "foo-kmp-default"), "selected");
	assert_string_equal(world_verdict(&world, "bar-kmp-default"), "outranked");
	world_done(&world);
}

static void without_packages_there_is_an_empty_plan(void **state)
{
	static const char *const repos[WORLD_SOURCES_MAX] = { "" };
	struct world world;

	(void)state;
	plan_of(&world, repos);
	assert_int_equal(world.plan->count, 0);
	assert_int_equal(world.plan->unmatched_count, 0);
	world_done(&world);
}

#define PACKAGES 60

/*
 * One of ten families in one of six builds, with up to four things of interest to others: symbols
 * that fit or do not, requirements, hints of every kind.
 */
static char *random_package(unsigned int number, unsigned int *seed)
{
	static const char *const lines[] = {
		NIC,
		DISK,
		NIC_OF_VENDOR,
		NIC_OF_SUBSYSTEM,
		"requires ksym(default:s0) = 1\n",
		"requires ksym(default:s1) = 1\n",
		"requires ksym(default:s1) = 2\n",
		"requires ksym(default:x) = 1\n",
		"requires /bin/sh\n",
		"supplements modalias(fam4-kmp-default:" DISK_HINT ")\n",
		"supplements modalias(kernel-rt:" NIC_HINT ")\n",
		DEFAULT_HINT("*:*"),
		"supplements (kernel-default and modalias(" DISK_HINT "))\n",
		SHARES,
		"conflicts fam1-kmp-default\n",
		"conflicts fam2-kmp-default = 1-1\n",
	};
	char *text =
		text_format("package fam%u-kmp-default-%u-%u.x86_64\n%s", number % 10,
			    number / 10 / 2 + 1, number / 10 % 2 + 1, draw(seed, 2) ? NIC : DISK);

	for (unsigned int i = draw(seed, 5); i > 0; i--) {
		char *longer = text_format("%s%s", text, lines[draw(seed, COUNT(lines))]);

		free(text);
		text = longer;
	}
	return text;
}

/* All that matters of a plan, as text. */
static char *describe(const struct plan *plan)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	for (size_t i = 0; i < plan->count; i++) {
		const struct plan_package *package = &plan->packages[i];

		assert_true(package->detail && *package->detail);
		assert_int_equal(package->selected, package->reason <= REASON_INSTALLED);
		fprintf(out, "%s %s %s, %zu hints, rank %d %d %d:", package->driver.nevra,
			reason_id(package->reason), package->culprit ? package->culprit : "-",
			package->hint_count, package->rank.closeness, package->rank.specificity,
			package->rank.priority);
		for (size_t j = 0; j < package->required_by.count; j++)
			fprintf(out, " by %s", package->required_by.items[j]);
		for (size_t j = 0; j < package->assumed.count; j++)
			fprintf(out, " assumed %s", package->assumed.items[j]);
		fprintf(out, " %s\n", package->detail);
	}
	fclose(out);
	return text;
}

static char *plan_in_order(char *const *packages, const unsigned int *order)
{
	auto_free char *repo = NULL;
	const char *repos[WORLD_SOURCES_MAX] = { NULL };
	size_t size = 0;
	FILE *out = open_memstream(&repo, &size);
	struct world world;
	char *text;

	for (size_t i = 0; i < PACKAGES; i++)
		fputs(packages[order[i]], out);
	fputs(BAR("1.0-1") "provides ksym(default:x) = 1\n", out);
	fclose(out);
	repos[0] = repo;
	plan_of(&world, repos);
	text = describe(world.plan);
	world_done(&world);
	return text;
}

static void check_shuffles(unsigned int world_seed)
{
	unsigned int seed = world_seed, order[PACKAGES];
	char *packages[PACKAGES];
	auto_free char *first = NULL;

	for (unsigned int i = 0; i < PACKAGES; i++) {
		packages[i] = random_package(i, &seed);
		order[i] = i;
	}
	first = plan_in_order(packages, order);
	for (int round = 0; round < 5; round++) {
		auto_free char *again = NULL;

		shuffle(order, PACKAGES, &seed);
		again = plan_in_order(packages, order);
		if (!text_equal(first, again))
			fail_msg("world %u, order %d: another plan", world_seed, round);
	}
	for (size_t i = 0; i < PACKAGES; i++)
		free(packages[i]);
}

static void the_order_of_packages_changes_nothing(void **state)
{
	(void)state;
	for (unsigned int seed = 1; seed <= 20; seed++)
		check_shuffles(seed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_family_has_one_winner),
		cmocka_unit_test(the_repository_counts_before_the_version),
		cmocka_unit_test(the_same_module_comes_from_the_better_family),
		cmocka_unit_test(conflicting_families_are_parted_by_rank),
		cmocka_unit_test(what_stands_in_the_way_of_a_newer_build_is_said),
		cmocka_unit_test(what_a_driver_requires_comes_along),
		cmocka_unit_test(a_bare_base_is_trusted_to_have_the_rest),
		cmocka_unit_test(nothing_conflicts_with_what_is_assumed),
		cmocka_unit_test(no_other_kernel_gets_in),
		cmocka_unit_test(equal_versions_are_not_called_newer),
		cmocka_unit_test(a_rejected_build_makes_room_for_the_next),
		cmocka_unit_test(modules_seen_in_a_package_count_as_its_own),
		cmocka_unit_test(without_packages_there_is_an_empty_plan),
		cmocka_unit_test(the_order_of_packages_changes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
