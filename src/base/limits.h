/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * limits - how much of what comes from outside is taken: each with its unit, and why it is enough.
 *
 * Layer: base. Sorted by the layer that asks. check-limits finds a maximum that stands elsewhere.
 */
#pragma once

/** Memory of a run, in bytes: a repository with 10 million hints takes so much. */
#define MEMORY_MAX (1536ULL << 20)
/** Memory that an xz or zstd stream may ask for, in bytes: `xz -9`, `zstd -22 --long` need less. */
#define DECODER_MEMORY_MAX (192U << 20)
/** The same as the exponent of zstd's window, in bits: `zstd --long` takes 27. */
#define ZSTD_WINDOW_LOG_MAX 27
/** What a program that is run may say, in bytes: more is passed over, a sentence of it is shown. */
#define PROCESS_OUTPUT_MAX 16384U
/** Threads at work at once: what one takes in memory, decoders above all, all take. */
#define WORKERS_MAX 8
/** Files in a folder of the cache: systems have a few dozen repositories, and a few kernels. */
#define CACHE_FILES_MAX 64
/** All of them, in bytes: the largest distribution's repository takes some 50 MiB. */
#define CACHE_SIZE_MAX (512ULL << 20)
/** Content of one of them, in bytes: it is held in memory. */
#define CACHE_CONTENT_MAX (256ULL << 20)
/** What a file of the cache says that it is of, in bytes: two paths, and checksums. */
#define CACHE_KEY_MAX (64U << 10)

/** Largest file of keys, in bytes: a whole distribution's are below 200 KiB. */
#define KEYRING_FILE_MAX (4U << 20)
/** Files of a folder of keys: vendors' keys are a handful. */
#define KEYRING_FILES_MAX 1000
/** Largest packet of a key, in bytes: RSA of 16,384 bits has 2 KiB. */
#define KEY_PACKET_MAX 8192
/** Longest user id of a key, in bytes: GnuPG's own maximum. */
#define KEY_USER_ID_MAX 2048
/** What may stand before the payload of an RPM, in bytes: that of kernel packages has 2 MiB. */
#define PACKAGE_FRONT_MAX (64U << 20)

/** Largest source of hardware, in bytes: the export of 10,000 devices has some 10 MiB. */
#define HARDWARE_SOURCE_SIZE_MAX (32 * 1024 * 1024)
/** Sources of hardware in a union: a rack has fewer machines. */
#define HARDWARE_SOURCES_MAX 1000
/** Longest modalias, in bytes: a sysfs file is one page, and the largest page is 64 KiB. */
#define MODALIAS_MAX 65536
/** Devices in a list: the largest machines have some ten thousand. */
#define DEVICE_COUNT_MAX 1000000
/** Lines that the diagnostics of a list name one by one: people stop reading long before. */
#define DEVICE_DIAGNOSTICS_MAX 100
/** Longest name of a driver or device, in bytes: a file name in sysfs ends there (NAME_MAX). */
#define DEVICE_TEXT_MAX 255
/** Longest path of a device, in bytes: what a path in sysfs can be (PATH_MAX). */
#define DEVICE_PATH_MAX 4096
/** Folders entered in sysfs, one in the other: chains of bridges and hubs end at some 30. */
#define SYSFS_DEPTH_MAX 64
/** Largest file of sysfs, in bytes: a real one is a page, of 64 KiB at most. */
#define SYSFS_FILE_MAX (256 * 1024)
/** Largest pci.ids or usb.ids, in bytes: the real ones are below 2 MiB. */
#define ID_FILE_SIZE_MAX (16 * 1024 * 1024)
/** Devices of an lspci dump: no machine has a tenth, and each costs libpci some kilobytes. */
#define LSPCI_DEVICES_MAX 65536
/** Steps along a device's list of capabilities: as Linux, for a loop (pci.c: PCI_FIND_CAP_TTL). */
#define PCI_CAPABILITIES_MAX 48
/** Hubs in a row: USB allows five, the root not counted, and libusb asks for room for seven. */
#define USB_PORTS_MAX 7

/** Longest kernel release, in bytes: utsname has room for it and a NUL (linux/utsname.h). */
#define RELEASE_MAX 64
/** Symbols of a kernel or a module's lists: distribution kernels export 25,000 to 45,000. */
#define SYMBOLS_MAX (1U << 20)
/** Longest name of a symbol, in bytes: the kernel's KSYM_NAME_LEN is 512 with the NUL. */
#define SYMBOL_NAME_MAX 511
/** Longest exporter or namespace, in bytes: they are paths, or name the modules that may ask. */
#define SYMBOL_TEXT_MAX 1023
/** Largest symvers file, in bytes, packed and plain: real ones have 1 to 3 MiB. */
#define SYMVERS_SIZE_MAX (64UL << 20)
/** Largest symbol table, in bytes: SYMBOLS_MAX of them fit, and names of modules. */
#define TABLE_SIZE_MAX (32UL << 20)
/** Longest text of a symbol table but names and release, in bytes: a vermagic has about 60. */
#define TABLE_TEXT_MAX 255
/** Largest module, in bytes, packed and plain: GPU drivers reach 100 MiB. */
#define MODULE_SIZE_MAX (512UL << 20)
/** Entries of a module's .modinfo: drivers of everything have some 10,000 aliases. */
#define MODULE_INFO_MAX (1U << 17)
/** Sections of a module: those built with a section a function have some 10,000. */
#define ELF_SECTIONS_MAX (1U << 17)
/** Symbols of a module: the largest ones of distributions have 60,000. */
#define ELF_SYMBOLS_MAX (1U << 20)
/** Longest build id, in bytes: SHA-1 has 20, and ld takes any by --build-id=0xHEX. */
#define BUILD_ID_MAX 64
/** Files of a module tree: distributions have 4,000 to 8,000. */
#define TREE_FILES_MAX 65536
/** Folders of a module tree, one in the other: kernels have 8. */
#define TREE_DEPTH_MAX 24
/** Largest modules.builtin, in bytes: real ones have 10 to 50 KiB. */
#define BUILTIN_SIZE_MAX (16UL << 20)
/** Largest configuration of a kernel, in bytes, packed and plain: distributions have 300 KiB. */
#define KERNEL_CONFIG_SIZE_MAX (8UL << 20)
/** Largest file in which a kernel's build or sysfs says one thing, in bytes: most are a line. */
#define KERNEL_TEXT_SIZE_MAX 65536
/** Largest libkmod, in bytes: with debugging information it has less than 1 MiB. */
#define LIBKMOD_SIZE_MAX (16UL << 20)
/** Largest file of /proc, in bytes: keys have some 100 each, and a system some 100 of them. */
#define PROC_FILE_SIZE_MAX (1UL << 20)
/** Largest file of modprobe.d or modules-load.d, in bytes: the longest lists have 10 KiB. */
#define MODPROBE_FILE_SIZE_MAX (1UL << 20)
/** An X.509 certificate in bytes: those for modules have 1 to 2 KiB. */
#define CERTIFICATE_SIZE_MAX (64U << 10)
/** Certificates looked at beside a kernel: firmware has 30, owners enroll a few. */
#define CERTIFICATES_MAX 1024U
/** A list of certificates of the firmware in bytes: variables have 32 KiB, shim's copies more. */
#define EFI_LIST_SIZE_MAX (1U << 20)

/** Largest repomd.xml, in bytes, and what is read of it: real ones are below 64 KiB. */
#define REPOMD_SIZE_MAX (16U << 20)
/** Largest primary metadata, in bytes, packed and plain: the biggest distributions have 0.4 GB. */
#define PRIMARY_SIZE_MAX (2ULL << 30)
/** Tables of a shelf of cached metadata, in bytes: they stay in memory until they are written. */
#define METADATA_SHELF_SIZE_MAX (2U << 20)
/** Text of such a shelf, in bytes: a kernel with all its symbols has half of it. */
#define METADATA_SHELF_TEXT_MAX (2U << 20)
/** Names that all shelves share, in bytes: symbols of a few flavors of kernels have 1 MiB. */
#define METADATA_COMMON_MAX (2U << 20)
/** Packages of a repository that diagnostics name: people stop reading long before. */
#define METADATA_DIAGNOSTICS_MAX 100
/** Name, version and release, or architecture of a package, in bytes: a file is named by all. */
#define IDENTITY_PART_MAX 255U
/** Strings of one package's metadata, in bytes: kernels with all their symbols have 2 MiB. */
#define RECORD_TEXT_MAX (256UL << 20)
/** A tag of metadata, or the text of an element, in bytes: CAPABILITY_MAX fits, escaped. */
#define MARKUP_ELEMENT_MAX (1U << 20)
/** Elements nested in metadata: primary.xml has 5. */
#define MARKUP_DEPTH_MAX 64U
/** Elements of a package: kernels have 30,000, and libsolv takes the square of their number. */
#define MARKUP_PACKAGE_MAX 100000U
/** Attributes of an element of metadata: primary.xml has 6, and each is held against all. */
#define MARKUP_ATTRIBUTES_MAX 64U
/** Parentheses in a dependency: real ones have 10, and libsolv calls itself for each. */
#define MARKUP_PARENTHESES_MAX 1024U
/** Longest dependency looked at, in bytes: rpm headers end at 256 MiB, real ones below 2 KiB. */
#define CAPABILITY_MAX 65536
/** Patterns that a merged hint stands for, and each in upper case: generators merge a handful. */
#define HINT_PATTERNS_MAX 256
/** Patterns of an index with their NULs, in bytes: a distribution's 200,000 hints have 12 MiB. */
#define PATTERN_TEXT_MAX (256U << 20)
/** Largest signature of a repository, in bytes: one takes a few hundred, and there are two. */
#define CHAIN_SIGNATURE_MAX (1U << 20)
/** Folders of a directory of RPMs, one in the other: vendors nest product, version and arch. */
#define DIRECTORY_DEPTH_MAX 8
/** Longest name that is compared with others, in bytes: a longer one was no slip of a hand. */
#define NEAR_NAME_MAX 128
/** Largest RPM, in bytes: the biggest GPU driver packages are below 1 GiB. */
#define RPM_SIZE_MAX (4ULL << 30)
/** Files of an RPM, unpacked, in bytes: GPU drivers with all their firmware have 2 GiB. */
#define RPM_UNPACKED_MAX (8ULL << 30)
/** Largest rpm database, in bytes: with 10,000 packages one has 0.5 GB. It is copied to memory. */
#define RPM_DATABASE_SIZE_MAX (2LL << 30)
/** Largest .solv file, in bytes, packed and plain: with all file lists one has some 100 MB. */
#define SOLVFILE_SIZE_MAX (512U << 20)
/** A part of a .solv file, unpacked, in bytes: strings, or descriptions and lists of files. */
#define SOLVFILE_UNPACKED_MAX (512U << 20)
/** Operators and names in a dependency of a .solv file: solvers descend without looking back. */
#define SOLVFILE_DEPENDENCY_MAX 4096
/** Userdata of a .solv file, in bytes: what libsolv takes (src/repo_solv.c). */
#define SOLVFILE_USERDATA_MAX 65535U
/** What a string of a .solv file shares with the one before, in bytes: it is counted in one. */
#define SOLVFILE_SHARED_MAX 255U
/** Longest number of a .solv file, in bytes: libsolv reads 64 bits in no more. */
#define SOLVFILE_NUMBER_MAX 10
/** Arrays in arrays of a .solv file: the stack of libsolv's repo_add_solv() has no more. */
#define SOLVFILE_DEPTH_MAX 5
/** Largest cookie of a cache, in bytes: it is a checksum of 40 digits and a time. */
#define COOKIE_SIZE_MAX 4096
/** Largest file of repositories, in bytes: real ones hold a few in a few KiB. */
#define REPOFILE_SIZE_MAX (1U << 20)
/** Sections of such a file: the rest is ignored and said. */
#define REPOFILE_SECTIONS_MAX 1000
/** Keys of a section: the rest is ignored and said. */
#define REPOFILE_KEYS_MAX 100
/** Longest value of a key, in bytes: a list of URLs; what is longer is ignored and said. */
#define REPOFILE_VALUE_MAX (16U << 10)
/** Files of one folder of a package manager: real systems have a few dozen. */
#define SYSTEM_FILES_MAX 1000
/** Repositories of a system, over all files: real ones have a few dozen. */
#define SYSTEM_REPOSITORIES_MAX 2000
/** Longest value of a package manager's variable, in bytes: they are names and versions. */
#define SYSTEM_VARIABLE_MAX 4096U
/** Largest description of a product or release, in bytes: real ones are below 16 KiB. */
#define SYSTEM_RELEASE_SIZE_MAX (1U << 20)
/** Longest text with its variables expanded, in bytes: a URL is far below. */
#define VARIABLES_TEXT_MAX (64U << 10)
/** References to variables, one in the words of the other: each is a call of itself. */
#define VARIABLES_DEPTH_MAX 16
/** Largest file of locks, in bytes: a lock takes a hundred. */
#define LOCKS_SIZE_MAX (1U << 20)
/** Locks: each is held against every package. */
#define LOCKS_MAX 1000
/** Names in all locks: each is held against every package. */
#define LOCK_TERMS_MAX 2000
/** Longest value of a lock, in bytes: what a match may cost grows with it. */
#define LOCK_VALUE_MAX 256
/** Stars in a name of a lock: what a match may cost grows with them. */
#define LOCK_STARS_MAX 8

/** Largest policy, in bytes: people write them. */
#define POLICY_SIZE_MAX (1U << 20)
/** Rules of a policy: people write them. */
#define POLICY_RULES_MAX 1000
/** Longest value in a policy, in bytes: a pattern of modaliases with room. */
#define POLICY_VALUE_MAX 4096
/** Largest weight of a rule, either way: the sum of all stays an int. */
#define POLICY_WEIGHT_MAX 1000000
/** Packages that fit devices here: each is held against all, and there are tens to hundreds. */
#define CANDIDATES_MAX 1000U
/** All these and what they require, and so on: the solver has to see all of it at once. */
#define PLANNABLE_MAX 16000U
/** Pairs of these that may be at odds: each is a rule of the solver, of some 50 bytes. */
#define PLANNABLE_PAIRS_MAX (2U << 20)
/** Candidates of a repository that require more than fits: each was followed up to its end. */
#define PLANNABLE_TRIES_MAX 16U
/** Obsoleted candidates, times the third power of names: libsolv takes seconds. */
#define OBSOLETES_WORK_MAX 50000000000ULL
/** Packages named in all cases that conditions stand for: libsolv writes them out, in 16 MiB. */
#define CONDITIONS_MAX (4U << 20)
/** The same of one package that others cost nothing: real conditions have below a hundred. */
#define CONDITION_SMALL_MAX 1000U
/** Rounds of taking packages because others require them: drivers that rest on drivers are few. */
#define CLOSURE_ROUNDS_MAX 8U
/** Packages that one pattern may name to explain: each gets a page. */
#define SUBJECT_PACKAGES_MAX 1000

/** Folders above a file that is staged: kernels have 8, and removing a tree takes a fd for each. */
#define PAYLOAD_DEPTH_MAX 32U
/** Files staged of one package: all firmware of Linux is 5,000. */
#define PAYLOAD_FILES_MAX 65536U
/** The path of a file that is staged, in bytes: PATH_MAX has to hold the folders above it too. */
#define PAYLOAD_PATH_MAX 3000U
/** Files of all packages that a run looks into, unpacked, in bytes: two of the largest. */
#define PLAN_UNPACKED_MAX (16ULL << 30)
/** Files that could be staged of all those packages: four times as many as one may have. */
#define PLAN_FILES_MAX (4U * PAYLOAD_FILES_MAX)

/** Longest line staged of modprobe.d, in bytes: a command line of a kernel is not longer. */
#define CONFIG_LINE_MAX 4096U
/** Lines of such a file that are left out and told one by one: the others are counted. */
#define CONFIG_TOLD_MAX 16U
/** Number of a generation, nine digits: one a second for 30 years. */
#define GENERATION_MAX 999999999U
/** RPMs in a generation of builds not chosen, in bytes: an initrd keeps them in memory. */
#define OTHER_BUILDS_MAX (256ULL << 20)

/** What a program that is run may say, in bytes: more is passed over, a sentence of it is shown. */
#define PROCESS_OUTPUT_MAX 16384U
/** A URL, in bytes: servers take 8 KiB of headers and all, and real ones have 200. */
#define URL_MAX 4096U
/** Redirects of one file: mirrors lead on once or twice. */
#define FETCH_REDIRECTS_MAX 5U
/** Tries to fetch a file: each goes on where the one before it broke off. */
#define FETCH_TRIES_MAX 10U
/** Tries in a row that brought nothing: who waits longer is told so sooner. */
#define FETCH_VAIN_MAX 3U
/** Files fetched in a run: a machine is offered hundreds of packages, and needs a few. */
#define FETCH_FILES_MAX 10000U
/** Silence of a server that may be asked for, in seconds: nobody waits for longer. */
#define TIMEOUT_MAX 3600U

/** A manifest or a state file, in bytes: 10,000 devices and 1,000 packages take 20 MiB. */
#define MANIFEST_SIZE_MAX (64U << 20)
/** The table of mounts, in bytes: 100,000 of them take 20 MiB. */
#define MOUNTS_SIZE_MAX (64U << 20)
/** Devices below one, a level each: expanders and hubs end at some 30. */
#define HOLDER_DEPTH_MAX 64U
/** Notes of a loaded module, in bytes: its build id takes 36. */
#define NOTES_SIZE_MAX 65536
/** Folder of firmware, in bytes: what the kernel's parameter of it holds. */
#define FIRMWARE_PATH_MAX 255
/** Devices that one program is told of: paths of 200 bytes stay far below a command line. */
#define COMMAND_DEVICES_MAX 256
/** Longest line for the kernel's log, in bytes: it refuses more than 992 (LOG_LINE_MAX). */
#define KMSG_LINE_MAX 900
/** Records of the kernel's log looked at: one that grows faster than it is read has no end. */
#define KMSG_RECORDS_MAX 4096
/** Lines of the kernel's log kept for a package: the first few say what went wrong. */
#define STATE_LOG_MAX 16
/** Rounds of loading: each needs new devices, and buses behind buses behind buses are few. */
#define LOAD_ROUNDS_MAX 8
/** Longest first line of a file that is read for it, in bytes: an attribute is a page at most. */
#define LINE_SIZE_MAX 65536
