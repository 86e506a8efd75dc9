using NodeForge.Images.Debian.Apt;
using NodeForge.Images.Debian.Packages;
using NodeForge.Images.Fetching;
using NodeForge.Images.Locking;
using NodeForge.Images.Processes;

namespace NodeForge.Images.Tests.Locking;

public sealed class UnderstandingApt
{
    private static readonly DebianRepository Repository = new(
        "deb",
        "amd64",
        ["bookworm", "bookworm-updates", "bookworm-security"],
        ["main"],
        null,
        "/k.gpg"
    );

    [Fact]
    public void A_simulation_says_what_is_installed_upgraded_and_removed()
    {
        (IReadOnlyList<ChosenPackage> installed, IReadOnlySet<string> removed) = AptAnswers.Simulation(
            """
            Reading package lists...
            Inst libc6 (2.36-9+deb12u10 Debian:12.15/oldstable [amd64]) []
            Inst tzdata [2024a-0] (2026a-0+deb12u1 Debian:12.15/oldstable, Debian:12-updates/oldstable-updates [all])
            Inst libx:amd64 (1:2~rc1-1 Debian:12.15/oldstable [amd64])
            Remv perl-modules [5.36]
            Conf libc6 (2.36-9+deb12u10 Debian:12.15/oldstable [amd64])
            """
        );
        Assert.Equal(
            [new("libc6", "2.36-9+deb12u10", "amd64"), new("tzdata", "2026a-0+deb12u1", "all"), new("libx", "1:2~rc1-1", "amd64")],
            installed
        );
        Assert.Equal(["perl-modules"], removed);
    }

    [Fact]
    public void Printed_addresses_give_file_names_as_in_the_archive() =>
        Assert.Equal(
            ["g++_4:12.2.0-3_amd64.deb"],
            AptAnswers.PrintedFiles(
                "Reading...\n'http://a.test/pool/g%2b%2b_12.2.0-3_amd64.deb' g++_4%3a12.2.0-3_amd64.deb 1356 SHA256:00\n"
            )
        );

    [Fact]
    public void Unknown_packages_are_all_named() =>
        Assert.Equal(
            ["foo", "bar"],
            AptAnswers.Unknown("E: Unable to locate package foo\nE: Package 'bar' has no installation candidate\n")
        );

    [Theory]
    [InlineData(
        "W: GPG error: http://a.test/debian bookworm-updates InRelease: The following signatures couldn't be verified because the public key is not available: NO_PUBKEY 0E98404D386FA1D9\nE: The repository 'http://a.test/debian bookworm-updates InRelease' is not signed.",
        "NF2102",
        "bookworm-updates"
    )]
    [InlineData("E: Failed to fetch http://a.test/debian/dists/bookworm/InRelease  Could not connect to a.test:80", "NF2103", "bookworm")]
    public void A_failed_update_names_the_suite_and_a_signature_the_keyring(string said, string code, string suite)
    {
        Diagnostic told = AptUpdateFailure
            .Explain(Repository, new ProgramCall("apt-get", "update"), new ProgramResult(100, "", said, false))
            .Diagnostics[0];
        Assert.Equal(code, told.Code.Id);
        Assert.Contains(suite + " ", told.What, StringComparison.Ordinal);
        if (code == "NF2102")
            Assert.Equal("/k.gpg", told.Where!.Resource);
    }

    [Fact]
    public void Packages_that_exclude_each_other_are_told_with_apts_reasons()
    {
        ProgramResult said = new(
            100,
            """
            Reading package lists...
            Some packages could not be installed. This may mean that you have
            requested an impossible situation or if you are using the unstable
            distribution that some required packages have not yet been created
            or been moved out of Incoming.
            The following information may help to resolve the situation:

            The following packages have unmet dependencies:
             exim4-config : Conflicts: postfix but 3.7.11-0+deb12u1 is to be installed
             exim4-daemon-light : Conflicts: mail-transport-agent
             postfix : Conflicts: mail-transport-agent

            """,
            "E: Unable to correct problems, you have held broken packages.\n",
            false
        );
        Diagnostic told = Assert.Single(AptResolutionFailure.Explain(Repository, said).Diagnostics);
        Assert.Equal(
            (ErrorCodes.PackagesUnsatisfiable, "the packages cannot be installed together in bookworm (amd64)"),
            (told.Code, told.What)
        );
        Assert.Equal(
            "exim4-config : Conflicts: postfix but 3.7.11-0+deb12u1 is to be installed | exim4-daemon-light : Conflicts: mail-transport-agent | postfix : Conflicts: mail-transport-agent | E: Unable to correct problems, you have held broken packages.",
            told.Got
        );
    }

    [Fact]
    public void Another_failure_of_apt_is_told_in_its_own_words()
    {
        Diagnostic told = Assert.Single(
            AptResolutionFailure.Explain(Repository, new(100, "Reading...\n", "E: Broken packages\nE: really\n", false)).Diagnostics
        );
        Assert.Equal((ErrorCodes.PackagesUnsatisfiable, "E: Broken packages | E: really"), (told.Code, told.Got));
    }

    [Fact]
    public void Unknown_packages_are_one_error_each()
    {
        NodeForgeException failure = AptResolutionFailure.Explain(
            Repository,
            new(100, "", "E: Unable to locate package foo\nE: Unable to locate package bar\n", false)
        );
        Assert.All(failure.Diagnostics, told => Assert.Equal(ErrorCodes.PackageNotInSuite, told.Code));
        Assert.Equal(2, failure.Diagnostics.Count);
    }

    [Theory]
    [InlineData("MD5sum")]
    [InlineData("SHA1")]
    public void A_package_without_a_strong_hash_is_not_locked(string field)
    {
        Dictionary<string, string> stanza = ControlStanzas
            .Parse([
                "Package: tzdata",
                "Version: 2024a-0",
                "Architecture: all",
                "Filename: pool/main/t/tzdata/tzdata_2024a-0_all.deb",
                "Size: 10",
                $"{field}: 900150983cd24fb0d6963f7d28e17f72",
            ])
            .Single()
            .ToDictionary();
        NodeForgeException failure = Assert.Throws<NodeForgeException>(() =>
            new IndexEntry("bookworm", stanza, "lists/Packages").ToPackage(null)
        );
        Assert.Equal(
            (ErrorCodes.WeakHash, "the index of bookworm has no SHA-256 for tzdata"),
            (failure.Diagnostics[0].Code, failure.Diagnostics[0].What)
        );
        stanza["SHA256"] = new string('a', 64);
        Assert.Equal("tzdata", new IndexEntry("bookworm", stanza, "lists/Packages").ToPackage(null).Name);
    }

    [Fact]
    public void The_machines_proxies_are_taken_over_and_its_hooks_are_not() =>
        Assert.Equal(
            ["Acquire::http::Proxy \"http://p.test:3128\";", "Acquire::https::CaInfo \"/ca.pem\";"],
            AptHostSettings.Choose([
                "APT::Update::Post-Invoke:: \"rm -f /var/cache/apt/*.bin\";",
                "Acquire::http::Proxy \"http://p.test:3128\";",
                "Acquire::https::CaInfo \"/ca.pem\";",
                "APT::Default-Release \"sid\";",
                "Dir::Etc::sourceparts \"x\";",
            ])
        );

    [Theory]
    [InlineData("AABBCCDDEEFF00112233445566778899aabbccddeeff00112233445566778899\n", true)]
    [InlineData("aabbccddeeff00112233445566778899aabbccddeeff00112233445566778899  f.tar.gz\n", true)]
    [InlineData("aabbccddeeff00112233445566778899aabbccddeeff00112233445566778899 *./dist/f.tar.gz\n", true)]
    [InlineData("aabbccddeeff00112233445566778899aabbccddeeff00112233445566778899  other.tar.gz\n", false)]
    [InlineData("<html>aabb</html>", false)]
    [InlineData("", false)]
    public void Checksum_files_are_read_in_both_forms(string text, bool found) =>
        Assert.Equal(
            found ? "aabbccddeeff00112233445566778899aabbccddeeff00112233445566778899" : null,
            ChecksumFile.Find(text, "f.tar.gz", 64)
        );
}
