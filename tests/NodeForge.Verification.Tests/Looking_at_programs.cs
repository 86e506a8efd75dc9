using NodeForge.Verification.Examination;

namespace NodeForge.Verification.Tests;

/// <summary>What a program says of itself is read from its bytes as they come by; nothing runs.</summary>
public sealed class Looking_at_programs
{
    [Theory]
    [InlineData(1)]
    [InlineData(511)]
    [InlineData(4096)]
    [InlineData(1 << 20)]
    public void A_stamp_and_the_build_information_are_found_wherever_the_pieces_are_cut(int piece)
    {
        GoProgramProbe probe = new();
        foreach (byte[] bytes in FakeProgram.Go("k8s.io/kubernetes/cmd/kubelet", "v1.31.1").Chunk(piece))
            probe.Add(bytes);
        GoProgram program = probe.Finish()!;
        Assert.Equal(["v1.31.1"], program.Stamps);
        Assert.Equal("go1.24.1", program.Toolchain);
        Assert.Equal("k8s.io/kubernetes/cmd/kubelet", program.Path);
        Assert.Null(program.ModuleVersion);
    }

    [Fact]
    public void The_modules_of_the_build_information_are_read_with_what_was_taken_for_them()
    {
        GoProgramProbe probe = new();
        probe.Add(
            FakeProgram.Go(
                "example.com/tool",
                "v1.0.0",
                module: "path\texample.com/tool\nmod\texample.com/tool\tv1.0.0\th1:x=\ndep\tgolang.org/x/net\tv0.30.0\th1:y=\ndep\texample.com/old\tv1.1.0\n=>\texample.com/fork\tv1.2.0\th1:z=\n"
            )
        );
        GoProgram program = probe.Finish()!;
        Assert.Equal("example.com/tool", program.Module);
        Assert.Equal([("golang.org/x/net", "v0.30.0"), ("example.com/fork", "v1.2.0")], program.Modules);
    }

    [Theory]
    [InlineData("v1.31.1")]
    [InlineData("1.6.20~ds1-1+deb12u3")]
    [InlineData("v2.1.0-rc.1")]
    public void Versions_are_stamps(string stamp) => Assert.Equal([stamp], Stamps(stamp));

    [Theory]
    [InlineData("1.2")]
    [InlineData("1.2.3.go x")]
    [InlineData("go1.19.8")]
    [InlineData("1.2.3abc")]
    public void Other_texts_are_none(string text) => Assert.Empty(Stamps(text));

    [Fact]
    public void A_program_that_is_not_of_Go_says_nothing() => Assert.Null(Read(FakeProgram.Elf()));

    [Fact]
    public void The_architecture_and_the_loader_are_read_from_the_header()
    {
        Assert.Equal(new ElfHeader("arm64", null), ElfHeader.Read(FakeProgram.Elf(FakeProgram.Arm64)));
        Assert.Equal(
            new ElfHeader("amd64", "/lib64/ld-linux-x86-64.so.2"),
            ElfHeader.Read(FakeProgram.Elf(loader: "/lib64/ld-linux-x86-64.so.2"))
        );
        Assert.Null(ElfHeader.Read("#!/bin/sh\n"u8));
    }

    [Fact]
    public void A_header_that_points_beyond_the_file_names_no_loader()
    {
        byte[] program = FakeProgram.Elf(loader: "/lib/ld.so");
        for (int length = 0; length < 256; length++)
            _ = ElfHeader.Read(program.AsSpan(0, length));
        program[32] = 0xff;
        program[39] = 0xff;
        Assert.Null(ElfHeader.Read(program)!.Interpreter);
    }

    private static IReadOnlyList<string> Stamps(string text) => Read(FakeProgram.Elf(stamps: [text]))?.Stamps ?? [];

    private static GoProgram? Read(byte[] bytes)
    {
        GoProgramProbe probe = new();
        probe.Add(bytes);
        return probe.Finish();
    }
}
