using System.Text;
using NodeForge.Images.Assembly.Kubernetes;
using NodeForge.Oci;
using NodeForge.Oci.Compression;
using NodeForge.Oci.Layers;

namespace NodeForge.Images.Tests.Assembly;

public sealed class TakingKubernetes
{
    private const string Bin = "kubernetes/server/bin/";

    [Fact]
    public void A_version_counts_wherever_the_reads_cut_it()
    {
        byte[] program = AssemblyRoom.Program("v1.20.2");
        for (int cut = program.Length - 12; cut <= program.Length; cut++)
        {
            VersionScan scan = new("v1.20.2");
            scan.Add(program.AsSpan(0, cut));
            scan.Add(program.AsSpan(cut));
            scan.End();
            Assert.True(scan.Found, $"cut at {cut}");
        }
    }

    [Theory]
    [InlineData("v1.20.21")]
    [InlineData("v1.20.2-rc.0")]
    public void A_longer_version_is_another_wherever_the_reads_cut_it(string version)
    {
        byte[] program = AssemblyRoom.Program(version);
        for (int cut = 21; cut <= program.Length; cut++)
        {
            VersionScan scan = new("v1.20.2");
            scan.Add(program.AsSpan(0, cut));
            scan.Add(program.AsSpan(cut));
            scan.End();
            Assert.False(scan.Found, $"cut at {cut}");
        }
    }

    [Fact]
    public void A_version_that_comes_byte_by_byte_is_found()
    {
        VersionScan scan = new("v1.20.2");
        foreach (byte one in AssemblyRoom.Program("v1.20.2"))
            scan.Add([one]);
        Assert.True(scan.Found);
    }

    [Fact]
    public void A_version_at_the_very_end_counts()
    {
        VersionScan scan = new("v1.20.2");
        scan.Add("xxv1.20.2"u8);
        Assert.False(scan.Found);
        scan.End();
        Assert.True(scan.Found);
    }

    [Fact]
    public void A_program_of_another_version_is_told_with_its_own()
    {
        Diagnostic problem = Take(AssemblyRoom.Program("v1.19.16"));
        Assert.Equal((ErrorCodes.VersionMismatch, "v1.19.16", "v1.20.2"), (problem.Code, problem.Got, problem.Want));
    }

    [Fact]
    public void A_program_for_another_machine_is_told_with_its_machine()
    {
        Diagnostic problem = Take(AssemblyRoom.Program("v1.20.2", machine: 0xb7));
        Assert.Equal((ErrorCodes.WrongArchitecture, "arm64"), (problem.Code, problem.Got));
    }

    [Theory]
    [InlineData("#!/bin/sh\n", "a script")]
    [InlineData("<html>", "no ELF executable")]
    [InlineData("", "no ELF executable")]
    public void What_is_no_program_is_told_as_what_it_is(string content, string got)
    {
        Diagnostic problem = Take(Encoding.ASCII.GetBytes(content));
        Assert.Equal((ErrorCodes.WrongArchitecture, got), (problem.Code, problem.Got));
    }

    [Fact]
    public async Task Programs_and_images_are_taken_from_a_server_tarball_and_nothing_else()
    {
        using NodeRoom node = new();
        KubernetesRelease release = await UnpackAsync(
            node.Room,
            Server(
                AssemblyRoom.Entry(Bin + "kube-apiserver.tar", File.ReadAllBytes(node.Room["kube-apiserver.tar"])),
                AssemblyRoom.Entry(Bin + "kube-apiserver", [2]),
                AssemblyRoom.Entry(Bin + "kube-apiserver.docker_tag", [3]),
                AssemblyRoom.Entry("kubernetes/LICENSES", [4])
            )
        );
        Assert.Equal(["kubeadm", "kubectl", "kubelet"], release.Binaries.Keys.Order(StringComparer.Ordinal));
        Image image = Assert.Single(release.Images, image => image.Key == "kube-apiserver").Value;
        Assert.Equal(
            [NodeRoom.ApiserverAlias, NodeRoom.Apiserver],
            image.References.Select(reference => reference.ToString()).Order(StringComparer.Ordinal)
        );
        Assert.False(
            node.Room.Store.Contains(Digest.Of(File.ReadAllBytes(node.Room["kube-apiserver.tar"]))),
            "the archive itself is not kept"
        );
    }

    [Fact]
    public async Task A_tarball_that_was_unpacked_before_gives_the_same_again()
    {
        using NodeRoom node = new();
        byte[] tarball = Server(AssemblyRoom.Entry(Bin + "kube-apiserver.tar", File.ReadAllBytes(node.Room["kube-apiserver.tar"])));
        Image first = (await UnpackAsync(node.Room, tarball)).Images["kube-apiserver"],
            again = (await UnpackAsync(node.Room, tarball)).Images["kube-apiserver"];
        Assert.Equal((first.Descriptor, first.Id), (again.Descriptor, again.Id));
        Assert.Equal(first.References, again.References);
        Assert.Equal(
            first.Layers.Select(layer => (layer.Descriptor, layer.DiffId)),
            again.Layers.Select(layer => (layer.Descriptor, layer.DiffId))
        );
        Assert.Equal(OciJson.Write(first.Config), OciJson.Write(again.Config));
    }

    [Fact]
    public async Task A_tarball_that_lacks_a_program_is_refused_by_name()
    {
        using AssemblyRoom room = new();
        byte[] tarball = AssemblyRoom.Tar(AssemblyRoom.Entry(Bin + "kubeadm", AssemblyRoom.Program("v1.20.2"), 0x1ed));
        Diagnostic problem = await AssemblyRoom.FailsAsync(() => UnpackAsync(room, tarball));
        Assert.Equal((ErrorCodes.TarballIncomplete, $"{Bin}kubectl, {Bin}kubelet"), (problem.Code, problem.Want));
    }

    [Fact]
    public async Task A_tarball_that_was_cut_is_refused_and_leaves_nothing_to_be_found()
    {
        using AssemblyRoom room = new();
        byte[] whole = AssemblyRoom.Encode(Server(), LayerEncoding.Gzip);
        Diagnostic problem = await AssemblyRoom.FailsAsync(() => UnpackAsync(room, whole[..(whole.Length / 2)]));
        Assert.Equal(ExitCode.Verification, problem.Code.ExitCode);
        Assert.False(
            Directory.Exists(room["cache/actions"])
                && Directory.EnumerateFiles(room["cache/actions"]).Any(file => Path.GetFileName(file).Length == 64)
        );
    }

    [Fact]
    public async Task A_web_page_instead_of_a_tarball_is_refused()
    {
        using AssemblyRoom room = new();
        Diagnostic problem = await AssemblyRoom.FailsAsync(() =>
            UnpackAsync(room, Encoding.ASCII.GetBytes("<!DOCTYPE html><html>" + new string(' ', 2000)))
        );
        Assert.Equal(ExitCode.Verification, problem.Code.ExitCode);
    }

    [Fact]
    public async Task A_folder_of_binaries_gives_programs_and_images()
    {
        using NodeRoom node = new();
        AssemblyRoom room = node.Room;
        foreach (string name in KubernetesRelease.NodePrograms)
            room.Write("bin/" + name, AssemblyRoom.Program("v1.20.2"));
        room.Write("bin/kube-proxy.tar", File.ReadAllBytes(room["kube-apiserver.tar"]));
        KubernetesRelease release = await new BinariesFolder(room.Environment).TakeAsync(
            room["bin"],
            "v1.20.2",
            Platform.LinuxAmd64,
            CancellationToken.None
        );
        Assert.Equal(3, release.Binaries.Count);
        Assert.Equal(["kube-proxy"], release.Images.Keys);
    }

    [Fact]
    public async Task A_folder_that_lacks_a_program_is_refused()
    {
        using AssemblyRoom room = new();
        Diagnostic problem = await AssemblyRoom.FailsAsync(() =>
            new BinariesFolder(room.Environment).TakeAsync(room["bin"], "v1.20.2", Platform.LinuxAmd64, CancellationToken.None)
        );
        Assert.Equal((ErrorCodes.TarballIncomplete, room["bin/kubeadm"]), (problem.Code, problem.Where!.Resource));
    }

    private static byte[] Server(params LayerEntry[] more) =>
        AssemblyRoom.Tar([
            .. KubernetesRelease.NodePrograms.Select(name => AssemblyRoom.Entry(Bin + name, AssemblyRoom.Program("v1.20.2"), 0x1ed)),
            .. more,
        ]);

    private static Task<KubernetesRelease> UnpackAsync(AssemblyRoom room, byte[] tarball) =>
        new ServerTarball(room.Environment).UnpackAsync(
            room.Store.Write(tarball),
            "server.tar.gz",
            "v1.20.2",
            Platform.LinuxAmd64,
            CancellationToken.None
        );

    private static Diagnostic Take(byte[] program)
    {
        using AssemblyRoom room = new();
        return AssemblyRoom.Fails(() =>
            ProgramFile.Take(new MemoryStream(program), new("kubelet"), Platform.LinuxAmd64, "v1.20.2", room.Store)
        );
    }
}
